import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { InstanceHost } from '../../engine.ts';
import type { LinkedInstance } from '../instance.ts';
import { InstancePool } from './instance-pool.ts';
import type { Snapshot } from './snapshot.ts';

const pools = suite('InstancePool');

const createHost = (): InstanceHost => ({ imports: {}, release: () => undefined });

/** A pool of instances that hold nothing; `restore` tells how many bytes one has of its own. */
function createPool(restore: () => number, shrinkMs: number): InstancePool {
  const snapshot = { adopt: () => ({ restore }), dispose: () => undefined } as unknown as Snapshot;
  return new InstancePool(() => ({}) as LinkedInstance, snapshot, {
    maxIdle: 10,
    maxIdleBytes: 1000,
    maxUses: 1,
    shrinkMs,
  });
}

/** Waits until `isDone`, for a second at most. */
async function until(isDone: () => boolean): Promise<void> {
  const deadline = performance.now() + 1_000;
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error('it did not come about within a second');
    await nextTurn();
  }
}

pools('gives idle instances up that were not needed for a while', async () => {
  const pool = createPool(() => 0, 1);
  const used = Array.from({ length: 8 }, () => pool.acquire(createHost));
  for (const instance of used) pool.release(instance, true);
  assert.is(pool.idleCount, 8);
  await until(() => pool.idleCount === 0);
});

pools('counts the memory of idle instances as they come and go', () => {
  const pool = createPool(() => 400, 60_000);
  const used = Array.from({ length: 3 }, () => pool.acquire(createHost));
  for (const instance of used) pool.release(instance, true);
  assert.is(pool.idleCount, 2);
  pool.release(pool.acquire(createHost), true);
  pool.release(pool.acquire(createHost), true);
  assert.is(pool.idleCount, 2);
});

pools('does not keep an instance that cannot be put back', () => {
  const pool = createPool(() => {
    throw new Error('EFAULT');
  }, 60_000);
  pool.release(pool.acquire(createHost), true);
  assert.is(pool.idleCount, 0);
});

pools.run();
