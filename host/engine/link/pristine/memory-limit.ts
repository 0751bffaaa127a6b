// Limits how large the memories of an instance may be. Only modules that were rewritten can be limited.

import type { LinkPlan } from '../../../gen/runtime.ts';
import type { LinkedInstance } from '../instance.ts';
import { ADDED } from '../rewrite/restorable-module.ts';
import type { RestorePlan } from './restore-plan.ts';

const WASM_PAGE_BYTES = 0x1_0000;

/** Lowers the limits of an instance that was just made. Throws an `Error` when a memory is larger from the start. */
export function limitMemories(plan: LinkPlan, restore: RestorePlan, instance: LinkedInstance, maxBytes: number): void {
  const pages = Math.floor(maxBytes / WASM_PAGE_BYTES);
  for (const [index, { module }] of plan.coreInstances.entries()) {
    if (!restore.modules[module]?.definesMemory) continue;
    const size = (instance.exportOf(index, ADDED.size) as WebAssembly.Global).value as number;
    const limit = instance.exportOf(index, ADDED.limit) as WebAssembly.Global;
    if (size > pages)
      throw new Error(`the component needs ${size * WASM_PAGE_BYTES} bytes of memory and may have ${maxBytes}`);
    limit.value = Math.min(limit.value as number, pages);
  }
}
