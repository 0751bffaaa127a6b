import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from './diagnostics.ts';

const diagnostics = suite('Diagnostics');

diagnostics('lists by line and column, those of the whole file first', () => {
  const list = new Diagnostics('/spin.toml');
  list.error({ field: 'c', at: { line: 2, column: 9 } }, 'third');
  list.error({ field: 'b', at: { line: 2, column: 1 } }, 'second', 'mend it');
  list.error(null, 'first');
  assert.equal(list.list('error'), [
    {
      severity: 'error',
      file: '/spin.toml',
      line: undefined,
      column: undefined,
      field: undefined,
      message: 'first',
      fix: undefined,
    },
    { severity: 'error', file: '/spin.toml', line: 2, column: 1, field: 'b', message: 'second', fix: 'mend it' },
    { severity: 'error', file: '/spin.toml', line: 2, column: 9, field: 'c', message: 'third', fix: undefined },
  ]);
});

diagnostics('tells errors from warnings', () => {
  const list = new Diagnostics('f');
  list.warning(null, 'w');
  assert.equal([list.hasErrors, list.list('error').length, list.list('warning').length], [false, 0, 1]);
  list.error(null, 'e');
  assert.equal([list.hasErrors, list.list('error').length, list.list('warning').length], [true, 1, 1]);
});

diagnostics.run();
