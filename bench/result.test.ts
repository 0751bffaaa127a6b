import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createResult, formatTable, median } from './result.ts';

const results = suite('createResult');

results('divides by the baseline and rounds', () => {
  assert.equal(createResult('start', 'ms', 123.456, 246.9), {
    name: 'start',
    value: 123.5,
    unit: 'ms',
    baseline: 246.9,
    ratio: 0.5,
  });
});

results.run();

const medians = suite('median');

medians('is the middle of an odd number of values, in any order', () => assert.is(median([30, 1, 2]), 2));
medians('is between the middle two of an even number', () => assert.is(median([1, 2, 4, 30]), 3));
medians('does not exist for no values', () => assert.throws(() => median([]), /no values/));

medians.run();

const tables = suite('formatTable');

tables('lines names up on the left and figures on the right', () => {
  const load = { p50: 0.25, p99: 1.5, rss: 60 };
  const table = formatTable([
    createResult('start', 'ms', 1, 2),
    createResult('requests', 'requests/s', 1000, 10, load),
  ]);
  assert.equal(table.split('\n'), [
    '          this  baseline  unit        ratio  p50 ms  p99 ms  RSS MiB',
    'start        1         2  ms            0.5',
    'requests  1000        10  requests/s    100    0.25     1.5       60',
  ]);
});

tables.run();
