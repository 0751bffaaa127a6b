// What one instance has open: timers, requests under way, files. The end of a request, or a client that has gone, ends them all.

import type { Program } from './program.ts';

/** Thrown into a guest that still waits when its instance is given up; it is no `result` error, so it traps. */
export class InstanceCancelled extends Error {
  override readonly name = 'InstanceCancelled';

  constructor() {
    super('the instance was given up');
  }
}

/** The open things of one instance. Whoever opens something adds it; closing it early removes it again. */
export class InstanceScope {
  /** What the instance runs with where it is a program; until `release`. */
  program: Program | undefined;
  /** Whom the instance works for; until `release`. */
  owner: object | undefined;
  #open: Set<Disposable> | undefined;

  /** Adds something to be disposed at the latest by `release`, and returns it. */
  add<T extends Disposable>(resource: T): T {
    this.#open ??= new Set();
    this.#open.add(resource);
    return resource;
  }

  /** Forgets something that was disposed by itself. */
  remove(resource: Disposable): void {
    this.#open?.delete(resource);
  }

  /** Resolves as `promise` does, or rejects with `InstanceCancelled` when the scope is released first. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const pending = this.add({ [Symbol.dispose]: () => reject(new InstanceCancelled()) });
      promise.then(resolve, reject).finally(() => this.remove(pending));
    });
  }

  /** Disposes everything that is open. The scope can be used again. */
  release(): void {
    this.program = undefined;
    this.owner = undefined;
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    for (const resource of open) resource[Symbol.dispose]();
  }
}
