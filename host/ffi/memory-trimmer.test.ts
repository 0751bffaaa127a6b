import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testing/until.ts';
import { MemoryTrimmer } from './memory-trimmer.ts';

const trimming = suite('MemoryTrimmer');

trimming('gives memory back when nothing happens any more', async () => {
  const before = process.memoryUsage().heapTotal;
  let waste: unknown = Array.from({ length: 1_000_000 }, (_, index) => ({ index }));
  assert.ok(waste);
  const grown = process.memoryUsage().heapTotal;
  waste = undefined;
  new MemoryTrimmer().touch();
  const heap = await until('the heap is small again', () => {
    const { heapTotal } = process.memoryUsage();
    return heapTotal < before + (grown - before) / 4 && heapTotal;
  });
  assert.ok(heap < grown);
});

trimming.run();
