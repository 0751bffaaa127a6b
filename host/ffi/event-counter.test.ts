import { readdirSync, writeSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testing/until.ts';
import { openEventCounter } from './event-counter.ts';

const counters = suite('openEventCounter');
const one = Buffer.alloc(8);
one.writeBigUInt64LE(1n);

counters('calls back each time that something was added', async () => {
  let calls = 0;
  const counter = openEventCounter(() => calls++);
  try {
    for (const expected of [1, 2, 3]) {
      writeSync(counter.descriptor, one);
      await until('it is told', () => calls === expected);
    }
  } finally {
    counter.close();
  }
});

counters('closes what it has opened', async () => {
  const count = () => readdirSync('/proc/self/fd').length;
  const before = count();
  const counters = Array.from({ length: 5 }, () => openEventCounter(() => {}));
  assert.is(count(), before + 5);
  for (const counter of counters) counter.close();
  await until('they are closed', () => count() === before);
});

counters.run();
