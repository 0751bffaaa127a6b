// EDGE: the memory of this process. Shims and workers do nothing for most of their time, but V8 keeps what starting and a burst of work
// took until it needs to collect, which then never happens. So they ask for a collection when they have become quiet.
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { libc } from './libc.ts';

/** How often is looked whether anything has happened since the last look, in milliseconds. */
const LOOK_MS = 2000;

/** How much the heap must have grown since the last time, in bytes: answering polls and probes must not cost a collection each. */
const WORTHWHILE_BYTES = 2 << 20;

/** Returns memory to the system when the process is quiet. */
export class MemoryTrimmer {
  #timer: NodeJS.Timeout | undefined;
  #hasWorked = false;
  #trimmedBytes = 0;

  /** Takes note that something has happened. */
  touch(): void {
    this.#hasWorked = true;
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  #look(): void {
    if (this.#hasWorked) {
      this.#hasWorked = false;
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#trim();
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
