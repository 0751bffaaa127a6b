// The ways to put a linear memory back to its snapshot. A restored memory has the snapshot's bytes and nothing else: what lies beyond them,
// because the real memory has grown, is zero.

import type { LinearMemory } from '../linear-memory.ts';

/** How memories are put back, best first; `fresh` means not at all: each request gets a new instance. */
export const RESTORE_METHODS = ['exact', 'drop', 'copy', 'fresh'] as const;
export type RestoreMethod = (typeof RESTORE_METHODS)[number];

/** One memory of one instance, which its snapshot can be put back into. */
export interface RestorableMemory {
  /**
   * Puts the memory back and returns how many bytes of it no other instance shares. `usedBytes` is its size as the guest knows it.
   * Throws a system error; the memory must not be used then.
   */
  restore(usedBytes: number): number;
}

/** The bytes of a memory at the time of the snapshot, shared by all instances of a component. */
export interface MemorySnapshot {
  /** Takes over a memory that holds the snapshot's bytes now. Throws a system error. */
  adopt(memory: LinearMemory): RestorableMemory;
  /** Frees what the snapshot holds outside of JavaScript; adopted memories stay as they are. */
  dispose(): void;
}

/** Makes snapshots that are put back by copying them whole. Needs nothing of the machine. */
export function createCopiedSnapshot(bytes: Uint8Array): MemorySnapshot {
  const saved = bytes.slice();
  return {
    adopt: (memory) => ({
      restore() {
        memory.refresh();
        memory.bytes.set(saved);
        memory.bytes.fill(0, saved.length);
        return memory.bytes.length;
      },
    }),
    dispose: () => undefined,
  };
}
