import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMonotonicClock, datetimeFromMs, monotonicNow, wallClock } from './clocks.ts';
import { InstanceCancelled, InstanceScope } from './instance-scope.ts';

const clock = suite('createMonotonicClock');

clock('never goes back', () => {
  const first = monotonicNow();
  assert.ok(monotonicNow() >= first);
});

clock('is ready only after the whole duration', async () => {
  const { now, subscribeDuration } = createMonotonicClock(new InstanceScope());
  const start = now();
  const pollable = subscribeDuration(3_000_000n);
  assert.not.ok(pollable.ready());
  await pollable.block();
  assert.ok(now() - start >= 3_000_000n);
});

clock('is ready at once for an instant that has passed and for no duration', () => {
  const { subscribeInstant, subscribeDuration } = createMonotonicClock(new InstanceScope());
  assert.ok(subscribeInstant(0n).ready());
  assert.ok(subscribeDuration(0n).ready());
});

clock('takes the longest duration there is', () => {
  const scope = new InstanceScope();
  const pollable = createMonotonicClock(scope).subscribeDuration(2n ** 64n - 1n);
  const waiting = (pollable.block() as Promise<void>).catch(() => {});
  assert.not.ok(pollable.ready());
  scope.release();
  return waiting;
});

clock('traps whoever waits when the instance is given up', async () => {
  const scope = new InstanceScope();
  const pollable = createMonotonicClock(scope).subscribeDuration(3_600_000_000_000n);
  const waiting = (pollable.block() as Promise<void>).catch((error: unknown) => error);
  scope.release();
  assert.instance(await waiting, InstanceCancelled);
});

clock.run();

const datetime = suite('datetimeFromMs');

for (const [ms, seconds, nanoseconds] of [
  [0, 0n, 0],
  [1500, 1n, 500_000_000],
  [-1, -1n, 999_000_000],
] as const) {
  datetime(`${ms} ms is ${seconds} s and ${nanoseconds} ns`, () =>
    assert.equal(datetimeFromMs(ms), { seconds, nanoseconds }),
  );
}

datetime('is what the wall clock shows', () => {
  const before = BigInt(Math.floor(Date.now() / 1000));
  assert.ok(wallClock.now().seconds >= before);
});

datetime.run();
