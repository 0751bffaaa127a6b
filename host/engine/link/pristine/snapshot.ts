// The state of a component's instances right after instantiation, and how an instance that has run is put back to it: memories, mutable
// globals, and what the Canonical ABI keeps. Tables and segments need nothing: modules that change them are not restorable.

import type { LinkPlan } from '../../../gen/runtime.ts';
import type { LinkedInstance } from '../instance.ts';
import type { LinearMemory } from '../linear-memory.ts';
import { ADDED } from '../rewrite/restorable-module.ts';
import { createMappedSnapshot } from './mapped-memory.ts';
import {
  createCopiedSnapshot,
  type MemorySnapshot,
  type RestorableMemory,
  type RestoreMethod,
} from './memory-method.ts';
import type { RestorePlan } from './restore-plan.ts';
import { StartHandles } from './start-handles.ts';

/** An instance that can be put back. */
export interface RestorableInstance {
  /** Returns how many bytes of memory no other instance shares. Throws a system error; the instance must not be used then. */
  restore(): number;
}

type SavedGlobal = { readonly global: WebAssembly.Global; readonly value: number | bigint };

type SavedMemory = { readonly size: WebAssembly.Global; readonly memory: RestorableMemory };

const WASM_PAGE_BYTES = 0x1_0000;

/** The snapshot of one component, made from its first instance. */
export class Snapshot {
  readonly #plan: LinkPlan;
  readonly #restore: RestorePlan;
  readonly #method: Exclude<RestoreMethod, 'fresh'>;
  /** For each memory in the order of the core instances. */
  readonly #memories: MemorySnapshot[] = [];

  constructor(plan: LinkPlan, restore: RestorePlan, method: Exclude<RestoreMethod, 'fresh'>) {
    this.#plan = plan;
    this.#restore = restore;
    this.#method = method;
  }

  /**
   * Takes over an instance that was just made; the first one becomes the snapshot. Returns in words why one cannot be put back because
   * of what it asked while it started. Throws a system error.
   */
  adopt(instance: LinkedInstance): RestorableInstance | string {
    const startHandles = StartHandles.of(this.#plan, instance);
    if (typeof startHandles === 'string') return startHandles;
    const globals: SavedGlobal[] = [];
    const memories: SavedMemory[] = [];
    for (const [index, { module }] of this.#plan.coreInstances.entries()) {
      const saved = this.#restore.modules[module];
      if (saved === undefined) throw new RangeError(`no module ${module} in the restore plan`);
      for (const name of saved.globals) globals.push(saveGlobal(instance, index, name));
      if (!saved.definesMemory) continue;
      const size = saveGlobal(instance, index, ADDED.size);
      globals.push(size);
      memories.push({ size: size.global, memory: this.#adoptMemory(instance, index, memories.length) });
    }
    return {
      restore() {
        const ownBytes = restoreInstance(instance, globals, memories);
        startHandles.restore();
        return ownBytes;
      },
    };
  }

  #adoptMemory(instance: LinkedInstance, index: number, at: number): RestorableMemory {
    const memory = instance.memoryOf(instance.exportOf(index, ADDED.memory) as WebAssembly.Memory);
    this.#memories[at] ??= createSnapshot(this.#method, memory);
    return this.#memories[at].adopt(memory);
  }

  dispose(): void {
    for (const memory of this.#memories) memory.dispose();
  }
}

function createSnapshot(method: Exclude<RestoreMethod, 'fresh'>, { bytes }: LinearMemory): MemorySnapshot {
  return method === 'copy' ? createCopiedSnapshot(bytes) : createMappedSnapshot(method, bytes);
}

function saveGlobal(instance: LinkedInstance, index: number, name: string): SavedGlobal {
  const global = instance.exportOf(index, name) as WebAssembly.Global;
  return { global, value: global.value as number | bigint };
}

function restoreInstance(
  instance: LinkedInstance,
  globals: readonly SavedGlobal[],
  memories: readonly SavedMemory[],
): number {
  let ownBytes = 0;
  for (const { size, memory } of memories) ownBytes += memory.restore((size.value as number) * WASM_PAGE_BYTES);
  for (const { global, value } of globals) global.value = value;
  instance.reset();
  return ownBytes;
}
