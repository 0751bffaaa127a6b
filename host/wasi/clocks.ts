// wasi:clocks/monotonic-clock and wall-clock@0.2: https://github.com/WebAssembly/wasi-clocks/tree/main/wit

import type { InstanceScope } from './instance-scope.ts';
import { Pollable } from './io/poll.ts';
import { Waitable } from './waitable.ts';

/** The longest delay `setTimeout` takes, in milliseconds. */
const TIMER_LIMIT_MS = 0x7fff_ffff;

const NANOS_PER_MS = 1_000_000;

/** Returns nanoseconds since some point in the past. */
export function monotonicNow(): bigint {
  return BigInt(Math.round(performance.now() * NANOS_PER_MS));
}

/** Ready from an instant of the monotonic clock on. */
class Timer extends Waitable implements Disposable {
  readonly #when: bigint;
  readonly #scope: InstanceScope;
  #timeout: ReturnType<typeof setTimeout> | undefined;

  constructor(when: bigint, scope: InstanceScope) {
    super();
    this.#when = when;
    this.#scope = scope;
  }

  isReady(): boolean {
    return monotonicNow() >= this.#when;
  }

  override addWaiter(waiter: () => void): void {
    super.addWaiter(waiter);
    if (this.#timeout === undefined) {
      this.#scope.add(this);
      this.#arm();
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timeout);
    this.#scope.remove(this);
    this.cancel();
  }

  #arm(): void {
    const delayMs = Number(this.#when - monotonicNow()) / NANOS_PER_MS;
    this.#timeout = setTimeout(() => this.#fire(), Math.max(0, Math.min(Math.ceil(delayMs), TIMER_LIMIT_MS)));
  }

  #fire(): void {
    if (!this.isReady()) {
      this.#arm();
      return;
    }
    this.#scope.remove(this);
    this.wake();
  }
}

/** Creates `wasi:clocks/monotonic-clock` for one instance. */
export function createMonotonicClock(scope: InstanceScope) {
  const subscribe = (when: bigint) => {
    const timer = new Timer(when, scope);
    return new Pollable(timer, timer);
  };
  return {
    now: monotonicNow,
    resolution: () => 1000n,
    subscribeInstant: subscribe,
    subscribeDuration: (duration: bigint) => subscribe(monotonicNow() + duration),
  };
}

/** `wasi:clocks/wall-clock`. */
export const wallClock = {
  now: () => datetimeFromMs(Date.now()),
  resolution: () => ({ seconds: 0n, nanoseconds: NANOS_PER_MS }),
};

/** Converts milliseconds since 1970 to a `datetime`. */
export function datetimeFromMs(ms: number): { seconds: bigint; nanoseconds: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanoseconds: Math.floor((ms - seconds * 1000) * NANOS_PER_MS) };
}
