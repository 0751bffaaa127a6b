// The one primitive behind everything a guest can wait for. A waitable says whether it is ready; whoever changes that calls
// `wake`, and each waiter looks again. Nothing here allocates until someone really waits.

import { InstanceCancelled } from './instance-scope.ts';

/** Something that becomes ready. */
export abstract class Waitable {
  #waiters: Set<() => void> | undefined;
  #isCancelled = false;

  /** Tells whether waiting would return at once. */
  abstract isReady(): boolean;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Returns nothing when ready now, else a promise of it. Fails with `InstanceCancelled` after `cancel`. */
  wait(): Promise<void> | undefined {
    if (this.isCancelled) throw new InstanceCancelled();
    return this.isReady() ? undefined : whenAnyReady([this]);
  }

  /** Calls `waiter` on every change until it is removed. */
  addWaiter(waiter: () => void): void {
    this.#waiters ??= new Set();
    this.#waiters.add(waiter);
  }

  removeWaiter(waiter: () => void): void {
    this.#waiters?.delete(waiter);
  }

  /** Makes the waiters look again. */
  wake(): void {
    if (this.#waiters === undefined || this.#waiters.size === 0) return;
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** Fails everyone who waits, now and later: the instance is given up. */
  cancel(): void {
    this.#isCancelled = true;
    this.wake();
  }
}

/** Resolves when at least one of the waitables is ready. Rejects with `InstanceCancelled` when one is cancelled. */
export function whenAnyReady(waitables: readonly Waitable[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const isCancelled = waitables.some((waitable) => waitable.isCancelled);
      if (!isCancelled && !waitables.some((waitable) => waitable.isReady())) return;
      for (const waitable of waitables) waitable.removeWaiter(look);
      if (isCancelled) reject(new InstanceCancelled());
      else resolve();
    };
    for (const waitable of waitables) waitable.addWaiter(look);
    look();
  });
}
