import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findLayerFaults } from './layers.ts';

const check = (path: string, text: string): string[] => findLayerFaults(new Map([[path, text]]));

const layers = suite('findLayerFaults');

layers('lets a room import from below', () => {
  assert.equal(check('host/shim/serve.ts', "import { serve } from '../ttrpc/server.ts';"), []);
});

layers('finds an import from above, of a value or a type, static or dynamic', () => {
  const imports = [
    "import { a } from '../shim/a.ts';",
    "import type { A } from '../shim/a.ts';",
    "await import('../shim/a.ts')",
  ];
  for (const text of [...imports, "export { a } from '../shim/a.ts';", "import '../shim/a.ts';"]) {
    assert.equal(check('host/ttrpc/server.ts', text), [
      'host/ttrpc/server.ts: imports host/shim/a.ts, which is above it',
    ]);
  }
});

layers('keeps the host out of the guest runtime', () => {
  assert.is(check('guest-runtime/app/plan.ts', "import { x } from '../../host/plan/planner.ts';").length, 1);
  assert.is(check('guest-runtime/app/plan.ts', "import type { x } from '../../host/gen/runtime.ts';").length, 0);
});

layers('keeps tools out of the product', () => {
  assert.is(check('host/worker/main.ts', "import { until } from '../testing/until.ts';").length, 1);
});

layers('asks for a layer for a new room', () => {
  assert.match(check('host/attic/a.ts', '').join(), 'host/attic has no layer');
});

layers('leaves tests alone', () => {
  assert.equal(check('host/ttrpc/frame.test.ts', "import { a } from '../shim/a.ts';"), []);
});

layers.run();
