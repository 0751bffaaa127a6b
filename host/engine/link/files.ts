// The files of a linked component, as the plan process makes them and the worker finds them: its plan, and its core modules apart.

import type { LinkPlan } from '../../../guest-runtime/link/plan.ts';

/** The file that holds the `LinkPlan`. */
export const LINK_PLAN = 'link-plan.json';

/** The file of the plan's core module `index`. */
export function moduleFile(index: number): string {
  return `module-${index}.wasm`;
}

/** Returns the files of a component. Lists of numbers in the plan may be typed arrays, as a guest runtime returns them. */
export function createLinkFiles(plan: LinkPlan, component: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const text = JSON.stringify(plan, (_key, value) => (ArrayBuffer.isView(value) ? [...(value as Uint32Array)] : value));
  const modules = plan.modules.map(({ start, end }, index) => ({
    name: moduleFile(index),
    bytes: component.subarray(start, end),
  }));
  return [{ name: LINK_PLAN, bytes: new TextEncoder().encode(text) }, ...modules];
}
