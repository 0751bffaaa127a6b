// Reads from disk what the plan process wrote for one component.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LinkPlan } from '../../../guest-runtime/link/plan.ts';
import { LINK_PLAN, moduleFile } from './files.ts';

/** Reads the plan in `directory` and compiles its core modules. Throws what reading or compiling throws. */
export async function readLinkSource(
  directory: string,
): Promise<{ readonly plan: LinkPlan; readonly modules: WebAssembly.Module[] }> {
  const plan = JSON.parse(await readFile(join(directory, LINK_PLAN), 'utf8')) as LinkPlan;
  const modules = await Promise.all(
    plan.modules.map(async (_range, index) => WebAssembly.compile(await readFile(join(directory, moduleFile(index))))),
  );
  return { plan, modules };
}
