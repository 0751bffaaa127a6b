import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMonotonicClock } from '../clocks.ts';
import { InstanceScope } from '../instance-scope.ts';
import { type Pollable, poll } from './poll.ts';

const clock = createMonotonicClock(new InstanceScope());
const soon = (): Pollable => clock.subscribeDuration(1_000_000n);
const never = (): Pollable => clock.subscribeDuration(3_600_000_000_000n);
const now = (): Pollable => clock.subscribeInstant(0n);

const polling = suite('poll');

polling('returns at once which are ready', () => {
  const pending = never();
  assert.equal(poll([now(), pending, now()]), new Uint32Array([0, 2]));
  pending[Symbol.dispose]();
});

polling('waits for the first', async () => {
  const pending = never();
  assert.equal(await poll([pending, soon()]), new Uint32Array([1]));
  pending[Symbol.dispose]();
});

polling('returns every index of a pollable that is given twice', () => {
  const ready = now();
  assert.equal(poll([ready, ready]), new Uint32Array([0, 1]));
});

polling('traps on an empty list', () => assert.throws(() => poll([]), /empty list/));

polling.run();

const pollable = suite('Pollable');

pollable('blocks until it is ready', async () => {
  const waiting = soon();
  assert.not.ok(waiting.ready());
  await waiting.block();
  assert.ok(waiting.ready());
  assert.is(waiting.block(), undefined);
});

pollable.run();
