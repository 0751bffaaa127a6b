// The files that carry a linked component from the plan process to the worker: its plan, and its core modules beside it.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LinkPlan } from '../../../guest-runtime/link/plan.ts';

const PLAN_FILE = 'link-plan.json';

function moduleFile(index: number): string {
  return `module-${index}.wasm`;
}

/** Writes what `readLinkSource` reads. `bytes` is the component that the plan was made of. */
export async function writeLinkSource(directory: string, plan: LinkPlan, bytes: Uint8Array): Promise<void> {
  await mkdir(directory, { recursive: true });
  const modules = plan.modules.map(({ start, end }, index) =>
    writeFile(join(directory, moduleFile(index)), bytes.subarray(start, end)),
  );
  await Promise.all([writeFile(join(directory, PLAN_FILE), JSON.stringify(plan)), ...modules]);
}

/** Reads a plan and compiles its core modules. Throws what reading or compiling throws. */
export async function readLinkSource(
  directory: string,
): Promise<{ readonly plan: LinkPlan; readonly modules: WebAssembly.Module[] }> {
  const plan = JSON.parse(await readFile(join(directory, PLAN_FILE), 'utf8')) as LinkPlan;
  const modules = await Promise.all(
    plan.modules.map(async (_range, index) => WebAssembly.compile(await readFile(join(directory, moduleFile(index))))),
  );
  return { plan, modules };
}
