// How much memory V8 takes in a worker: a pod may have little, and a request leaves little behind that lives.

import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at its first size, 1 MB, instead of letting it grow to 32 MB while requests come fast: some more collections
 * for a third less memory. Called before anything else allocates.
 */
export function limitYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The environment variable with the most bytes of memory an instance may have. */
export const MEMORY_VARIABLE = 'SPIN_MAX_INSTANCE_MEMORY';

/** Bytes in a page of WebAssembly memory (WebAssembly core specification). */
const PAGE_BYTES = 65_536;

/**
 * Limits every linear memory that is made from now on: growing beyond fails as the specification has it, and a component that starts with
 * more has no instance. `text` is a number of bytes; as in Spin, anything else limits nothing, which `warn` is told.
 */
export function limitInstanceMemory(text: string | undefined, warn: (line: string) => void): void {
  if (text === undefined || text === '') return;
  if (!/^\d+$/.test(text)) {
    warn(`Warning: ${MEMORY_VARIABLE} is ${JSON.stringify(text)}, which is no number of bytes: no limit is kept`);
    return;
  }
  const pages = Math.floor(Number(text) / PAGE_BYTES);
  setFlagsFromString(`--wasm-max-mem-pages=${Math.min(pages, 65_536)}`);
}
