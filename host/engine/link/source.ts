// Reads from disk what the plan process wrote for one component.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LinkPlan } from '../../gen/runtime.ts';
import { LINK_PLAN, moduleFile, RESTORE_PLAN } from './files.ts';
import type { RestorePlan } from './pristine/restore-plan.ts';

/** A linked component with its modules compiled. */
export type LinkSource = {
  readonly plan: LinkPlan;
  readonly restore: RestorePlan;
  readonly modules: readonly WebAssembly.Module[];
};

/** Reads the plans in `directory` and compiles the core modules. Throws what reading or compiling throws. */
export async function readLinkSource(directory: string): Promise<LinkSource> {
  const [plan, restore] = await Promise.all([
    readJson<LinkPlan>(join(directory, LINK_PLAN)),
    readJson<RestorePlan>(join(directory, RESTORE_PLAN)),
  ]);
  const compile = async (_range: unknown, index: number) =>
    WebAssembly.compile(await readFile(join(directory, moduleFile(index))));
  return { plan, restore, modules: await Promise.all(plan.modules.map(compile)) };
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
