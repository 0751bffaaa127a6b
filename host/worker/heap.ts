// How much memory V8 takes in a worker: a pod may have little, and a request leaves little behind that lives.

import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at its first size, 1 MB, instead of letting it grow to 32 MB while requests come fast: some more collections
 * for a third less memory. Called before anything else allocates.
 */
export function limitYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Bytes in a page of WebAssembly memory (WebAssembly core specification). */
const PAGE_BYTES = 65_536;

/**
 * Limits every linear memory that is made from now on: growing beyond fails as the specification has it, and a component that starts with
 * more does not compile. `text` is a number of bytes; anything else limits nothing.
 */
export function limitInstanceMemory(text: string | undefined): void {
  if (text === undefined || !/^\d+$/.test(text)) return;
  const pages = Math.floor(Number(text) / PAGE_BYTES);
  setFlagsFromString(`--wasm-max-mem-pages=${Math.min(pages, 65_536)}`);
}
