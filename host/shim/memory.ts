// EDGE: the memory of this process. A shim lives as long as its pod and does nothing for most of that time, but V8 keeps what starting
// and creating took until it needs to collect, which then never happens. So the shim asks for a collection when it has become quiet.
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { libc } from '../ffi/libc.ts';

/** How long nothing must have happened, in milliseconds. */
const QUIET_MS = 2000;

/** How much the heap must have grown since the last time, in bytes: answering containerd's polls must not cost a collection each. */
const WORTHWHILE_BYTES = 2 << 20;

/** Returns memory to the system when the process is quiet. */
export class MemoryTrimmer {
  #timer: NodeJS.Timeout | undefined;
  #trimmedBytes = 0;

  /** Takes note that something has happened. */
  touch(): void {
    this.#timer ??= setTimeout(() => this.#trim(), QUIET_MS).unref();
    this.#timer.refresh();
  }

  #trim(): void {
    if (memoryUsage().heapTotal < this.#trimmedBytes + WORTHWHILE_BYTES) return;
    collectGarbage();
    // What V8 and Node had on the C heap is free now, but not given back.
    libc().malloc_trim(0n);
    this.#trimmedBytes = memoryUsage().heapTotal;
  }
}

/** Collects as V8 does when it is about to run out of memory: everything, and the heap shrinks. Takes some 20 ms. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  // The function is given to contexts that are made while the flag is set.
  const collect = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', flavor: 'last-resort' });
}
