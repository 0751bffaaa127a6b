import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Diagnostic } from '../gen/runtime.ts';
import { Code } from '../ttrpc/status.ts';
import { formatDiagnostic, PlanRefusedError } from './plan-refused.ts';

const formatting = suite('formatDiagnostic');

const cases: [diagnostic: Omit<Diagnostic, 'severity'>, text: string][] = [
  [
    { file: '/spin.toml', line: 12, column: 3, field: 'component.hello.source', message: 'wrong', fix: 'mend it' },
    '/spin.toml:12:3: component.hello.source: wrong (mend it)',
  ],
  [{ file: '/spin.toml', message: 'wrong' }, '/spin.toml: wrong'],
  [{ file: '/spin.toml', line: 1, column: 2, field: '', message: 'wrong' }, '/spin.toml:1:2: wrong'],
  [{ file: '', message: 'wrong', fix: 'mend it' }, 'wrong (mend it)'],
];
for (const [diagnostic, text] of cases) {
  formatting(`writes ${text}`, () => assert.is(formatDiagnostic({ severity: 'error', ...diagnostic }), text));
}

formatting.run();

const refused = suite('PlanRefusedError');

refused('says every error on a line of its own, and leaves warnings out', () => {
  const of = (severity: 'error' | 'warning', message: string) => ({ severity, file: 'f', message });
  const error = new PlanRefusedError([of('error', 'a'), of('warning', 'w'), of('error', 'b')]);
  assert.is(error.message, 'f: a\nf: b');
  assert.is(error.code, Code.INVALID_ARGUMENT);
  assert.is(error.diagnostics.length, 3);
});

refused.run();
