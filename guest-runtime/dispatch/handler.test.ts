import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComponentPlan, HttpExecutor } from '../../host/gen/runtime.ts';
import { openCompiled } from '../../host/plan/testing/compiled.ts';
import { createPlanWithoutGrants } from '../app/no-grants.ts';
import { selectHandler } from './handler.ts';

const component: ComponentPlan = {
  ...createPlanWithoutGrants('hello'),
  location: { file: '/spin.toml', line: 12, column: 10 },
};

const found: [executor: HttpExecutor, name: string][] = [
  ['http', 'wasi:http/incoming-handler@0.2.0'],
  ['http', 'wasi:http/incoming-handler@0.2.12'],
  ['http', 'wasi:http/incoming-handler@0.2.0-rc-2023-10-18'],
  ['http', 'wasi:http/incoming-handler@0.2.0-rc-2023-11-10'],
  ['http', 'wasi:http/handler@0.3.0'],
  ['http', 'wasi:http/handler@0.3.0-rc-2026-03-15'],
  ['http', 'fermyon:spin/inbound-http'],
  ['wagi', 'wasi:cli/run@0.2.3'],
];

const none: [executor: HttpExecutor, exports: string[]][] = [
  ['http', []],
  ['http', ['wasi:cli/run@0.2.3']],
  ['http', ['wasi:http/incoming-handler@0.1.0', 'wasi:http/handler@0.3.0-rc-2026-01-06']],
  ['http', ['fermyon:spin/inbound-redis', 'fermyon:spin/inbound-http@2.0.0']],
  ['wagi', ['wasi:http/incoming-handler@0.2.0']],
];

const compiled = await openCompiled();
for (const [where, select] of [
  ['', selectHandler],
  [' in the compiled component', compiled.selectHandler],
] as const) {
  const handler = suite(`selectHandler${where}`);
  for (const [executor, name] of found) {
    handler(`finds ${name} among other exports for ${executor}`, () => {
      assert.is(select(component, executor, ['init', name, 'x:y/z@1.0.0']), name);
    });
  }

  for (const [executor, exports] of none) {
    handler(`finds none for ${executor} in ${exports.join(', ') || 'nothing'}`, () => {
      const diagnostic = select(component, executor, exports);
      assert.ok(typeof diagnostic !== 'string');
      assert.match(diagnostic.message, /^component `hello` exports nothing that serves http/);
      assert.match(diagnostic.fix ?? '', executor === 'wagi' ? /wasi:cli\/run/ : /wasi:http\/incoming-handler/);
      assert.equal(
        [diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.field],
        ['/spin.toml', 12, 10, 'component.hello.source'],
      );
    });
  }

  handler('refuses several', () => {
    const exports = ['wasi:http/incoming-handler@0.2.0', 'fermyon:spin/inbound-http'];
    const diagnostic = select(component, 'http', exports);
    assert.ok(typeof diagnostic !== 'string');
    assert.match(diagnostic.message, /exports several handlers of http, and must export one/);
  });
  handler.run();
}
