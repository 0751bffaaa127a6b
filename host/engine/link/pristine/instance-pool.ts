// Hands out pristine instances of one component: idle ones that were put back to the snapshot, or new ones. Idle instances that were not
// needed for a while are given up.

import type { InstanceHost } from '../../engine.ts';
import type { LinkedInstance } from '../instance.ts';
import type { RestorableInstance, Snapshot } from './snapshot.ts';

/** An instance with its host. */
export type PooledInstance = {
  readonly instance: LinkedInstance;
  readonly host: InstanceHost;
  /** Null for an instance that serves once. */
  readonly restorable: RestorableInstance | null;
  /** How often it was used since it was pristine. */
  uses: number;
};

type IdleInstance = { readonly pooled: PooledInstance; readonly ownBytes: number };

export type PoolOptions = {
  /** How many idle instances are kept at most. */
  readonly maxIdle: number;
  /** How many bytes of memory idle instances may hold that they share with none; one is kept in any case. */
  readonly maxIdleBytes: number;
  /** How often an instance is used, one use after another, before it is put back. */
  readonly maxUses: number;
  /** How often is looked for idle instances that were not needed since the last look, in milliseconds. */
  readonly shrinkMs: number;
};

export class InstancePool {
  readonly #create: (host: InstanceHost) => LinkedInstance;
  /** Null where every instance is used once. */
  #snapshot: Snapshot | null;
  readonly #options: PoolOptions;
  readonly #idle: IdleInstance[] = [];
  #idleBytes = 0;
  /** How many instances are handed out. */
  inUse = 0;
  /** The fewest idle instances since the last look. */
  #unneeded = 0;
  #onFirst: ((obstacle: string | null) => void) | undefined;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** `onFirst` is called when the first instance was looked at, with what keeps instances from being put back. */
  constructor(
    create: (host: InstanceHost) => LinkedInstance,
    snapshot: Snapshot | null,
    options: PoolOptions,
    onFirst?: (obstacle: string | null) => void,
  ) {
    this.#create = create;
    this.#snapshot = snapshot;
    this.#options = options;
    this.#onFirst = onFirst;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  /** Throws what `createHost` and instantiating throw. */
  acquire(createHost: () => InstanceHost): PooledInstance {
    const idle = this.#idle.pop();
    if (idle === undefined) {
      const pooled = this.#createPooled(createHost());
      this.inUse++;
      return pooled;
    }
    this.inUse++;
    this.#idleBytes -= idle.ownBytes;
    this.#unneeded = Math.min(this.#unneeded, this.#idle.length);
    return idle.pooled;
  }

  #createPooled(host: InstanceHost): PooledInstance {
    const instance = this.#create(host);
    return { instance, host, restorable: this.#adopt(instance), uses: 0 };
  }

  #adopt(instance: LinkedInstance): RestorableInstance | null {
    if (this.#snapshot === null) return null;
    const restorable = this.#snapshot.adopt(instance);
    const obstacle = typeof restorable === 'string' ? restorable : null;
    this.#onFirst?.(obstacle);
    this.#onFirst = undefined;
    if (typeof restorable !== 'string') return restorable;
    this.#snapshot.dispose();
    this.#snapshot = null;
    return null;
  }

  /**
   * Takes an instance back whose host has been released. `isSound` says that every call has ended, and without a trap. An instance that
   * is not, that cannot be put back or that is not needed, is given up.
   */
  release(pooled: PooledInstance, isSound: boolean): void {
    this.inUse--;
    if (!isSound || this.#idle.length >= this.#options.maxIdle) return;
    const ownBytes = this.#makeReady(pooled);
    if (ownBytes === null) return;
    if (this.#idle.length > 0 && this.#idleBytes + ownBytes > this.#options.maxIdleBytes) return;
    this.#idleBytes += ownBytes;
    this.#idle.push({ pooled, ownBytes });
    this.#timer ??= setInterval(() => this.#shrink(), this.#options.shrinkMs).unref();
  }

  /** Returns how many bytes of its own the instance holds once it can be used again; null when it cannot. */
  #makeReady(pooled: PooledInstance): number | null {
    // What it has written since is not known; it counts when the instance is put back.
    if (++pooled.uses < this.#options.maxUses) return 0;
    pooled.uses = 0;
    return pooled.restorable === null ? null : tryRestore(pooled.restorable);
  }

  #shrink(): void {
    for (const { ownBytes } of this.#idle.splice(0, Math.ceil(this.#unneeded / 2))) this.#idleBytes -= ownBytes;
    this.#unneeded = this.#idle.length;
    if (this.#idle.length > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

function tryRestore(restorable: RestorableInstance): number | null {
  try {
    return restorable.restore();
  } catch {
    return null;
  }
}
