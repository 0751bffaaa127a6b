// wasi:io/poll@0.2: https://github.com/WebAssembly/wasi-io/blob/main/wit/poll.wit

import { type Waitable, whenAnyReady } from '../waitable.ts';

/** The resource `pollable`. */
export class Pollable implements Disposable {
  readonly waitable: Waitable;
  readonly #owned: Disposable | undefined;

  /** Watches `waitable`; disposes `owned` when the guest drops it. */
  constructor(waitable: Waitable, owned?: Disposable) {
    this.waitable = waitable;
    this.#owned = owned;
  }

  ready(): boolean {
    return this.waitable.isReady();
  }

  block(): Promise<void> | undefined {
    return this.waitable.wait();
  }

  [Symbol.dispose](): void {
    this.#owned?.[Symbol.dispose]();
  }
}

/** Returns the indices of the pollables that are ready, waiting for the first one. Traps on an empty list. */
export function poll(pollables: readonly Pollable[]): Uint32Array | Promise<Uint32Array> {
  if (pollables.length === 0) throw new Error('poll of an empty list');
  const ready = readyIndices(pollables);
  if (ready.length > 0) return ready;
  return whenAnyReady(pollables.map((pollable) => pollable.waitable)).then(() => readyIndices(pollables));
}

function readyIndices(pollables: readonly Pollable[]): Uint32Array {
  const ready: number[] = [];
  for (const [index, pollable] of pollables.entries()) {
    if (pollable.ready()) ready.push(index);
  }
  return Uint32Array.from(ready);
}
