import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hugePageSizesOf, parseKeyed, parseNested, parseNumber, UNLIMITED } from './stat.ts';

const numbers = suite('parseNumber');

numbers('parses one number of 64 bits', () => assert.is(parseNumber('18446744073709551615\n'), UNLIMITED));
numbers('parses "max" as no limit, or as it is told', () => {
  assert.is(parseNumber('max\n'), UNLIMITED);
  assert.is(parseNumber('max\n', 0n), 0n);
});
numbers('counts what is absent or no number as 0', () => {
  for (const text of [undefined, '', 'x', '-1']) assert.is(parseNumber(text), 0n);
});

numbers.run();

const keyed = suite('parseKeyed');

keyed('gives numbers by key, and 0 for a key that is absent', () => {
  const value = parseKeyed('low 1\noom_kill 3\n');
  assert.equal([value('low'), value('oom_kill'), value('none')], [1n, 3n, 0n]);
  assert.is(parseKeyed(undefined)('low'), 0n);
});

keyed.run();

const nested = suite('parseNested');

nested('gives pairs by key', () => {
  const lines = parseNested('8:0 rbytes=1 wbytes=2\nfull avg10=0.50 total=7\n');
  assert.is(lines.get('8:0')?.get('wbytes'), '2');
  assert.is(lines.get('full')?.get('avg10'), '0.50');
  assert.is(parseNested('').size, 0);
});

nested.run();

const pageSizes = suite('hugePageSizesOf');

pageSizes('gives sizes as cgroup files have them, and leaves out what is none', () => {
  const folders = ['hugepages-64kB', 'hugepages-2048kB', 'hugepages-1048576kB', 'power', 'hugepages-x'];
  assert.equal(hugePageSizesOf(folders), ['64KB', '2MB', '1GB']);
});

pageSizes.run();
