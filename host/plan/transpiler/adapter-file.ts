// The names of the adapters from preview 1 of WASI to WASI 0.2, as they come with jco.

import type { Adapter } from '../../gen/runtime.ts';

/** The module name that adapters stand for. */
export const PREVIEW_1 = 'wasi_snapshot_preview1';

/** Returns the file name of an adapter. */
export function adapterFile(adapter: Adapter): string {
  return `${PREVIEW_1}.${adapter}.wasm`;
}

/** The file with the WIT of Spin 1. */
export const WIT_OF_SPIN_1 = 'spin-1.wit';
