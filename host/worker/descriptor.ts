// The container's standard output and error. Writing never blocks the thread: a log reader that is slow holds back the guests that
// write, through their streams, and nobody else.

import { write } from 'node:fs';

/** Writes bytes to a descriptor, one write at a time, in order. */
export class DescriptorWriter {
  readonly #descriptor: number;
  readonly #queue: Uint8Array[] = [];
  readonly #waiters = new Set<() => void>();
  #pendingBytes = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Bytes that wait to be written. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pendingBytes += bytes.length;
    if (this.#queue.push(bytes) === 1) this.#writeFirst(bytes);
  }

  /** Calls `waiter` after each write until it is removed. */
  addWaiter(waiter: () => void): void {
    this.#waiters.add(waiter);
  }

  removeWaiter(waiter: () => void): void {
    this.#waiters.delete(waiter);
  }

  /** Resolves when everything has been written, or `timeoutMs` have passed. */
  flush(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      const look = () => {
        if (this.#pendingBytes > 0) return;
        clearTimeout(timer);
        this.removeWaiter(look);
        resolve();
      };
      this.addWaiter(look);
      look();
    });
  }

  /** What cannot be written (the reader has gone) is dropped: a log that nobody reads must not stop the app. */
  #writeFirst(bytes: Uint8Array): void {
    write(this.#descriptor, bytes, (error, written) => {
      const count = error ? bytes.length : written;
      this.#pendingBytes -= count;
      if (count < bytes.length) this.#queue[0] = bytes.subarray(count);
      else this.#queue.shift();
      for (const waiter of [...this.#waiters]) waiter();
      const [next] = this.#queue;
      if (next !== undefined) this.#writeFirst(next);
    });
  }
}
