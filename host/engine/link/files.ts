// The files of a linked component, as the plan process makes them and the worker finds them: its plan, and its core modules apart.

import type { LinkPlan } from '../../gen/runtime.ts';
import { prepareModules } from './pristine/restore-plan.ts';

/** The files that hold the `LinkPlan` and the `RestorePlan`. */
export const LINK_PLAN = 'link-plan.json';
export const RESTORE_PLAN = 'restore-plan.json';

/** The file of the plan's core module `index`. */
export function moduleFile(index: number): string {
  return `module-${index}.wasm`;
}

/** Returns the files of a component. `sources` are what the plan was made of: the component and its dependencies. */
export function createLinkFiles(plan: LinkPlan, sources: readonly Uint8Array[]): { name: string; bytes: Uint8Array }[] {
  const prepared = prepareModules(plan, sources);
  return [
    { name: LINK_PLAN, bytes: encodeJson(prepared.plan) },
    { name: RESTORE_PLAN, bytes: encodeJson(prepared.restore) },
    ...prepared.modules.map((bytes, index) => ({ name: moduleFile(index), bytes })),
  ];
}

function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
