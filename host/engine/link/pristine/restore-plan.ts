// Decides when the plan is made whether a component's instances can be put back to a snapshot, and rewrites its core modules so that
// they can. Where one module cannot be, the whole component is executed as it is, with a new instance for each request.

import { MalformedComponentError, UnsupportedComponentError } from '../../../../guest-runtime/link/reader.ts';
import type { CoreItem, LinkPlan, PlanCoreInstance } from '../../../gen/runtime.ts';
import { UnknownInstructionError } from '../rewrite/instruction.ts';
import { NotRewritableError } from '../rewrite/not-rewritable.ts';
import { ADDED, type RestorableModule, rewriteRestorable } from '../rewrite/restorable-module.ts';

/** What an instance of a core module holds that a snapshot is made of, by the names of its exports. */
export type RestoreModule = { readonly globals: readonly string[]; readonly definesMemory: boolean };

export type RestorePlan = {
  /** Why instances cannot be put back; null where they can. */
  readonly obstacle: string | null;
  /** In the order of the plan's modules; empty with an obstacle. */
  readonly modules: readonly RestoreModule[];
  /** Whether instantiating runs code of the guest. */
  readonly hasStart: boolean;
};

export type PreparedModules = {
  readonly plan: LinkPlan;
  readonly restore: RestorePlan;
  readonly modules: readonly Uint8Array[];
};

/**
 * Rewrites the modules of a component and its dependencies, `sources`, for `plan`, or says in the restore plan what stands in
 * the way.
 */
export function prepareModules(plan: LinkPlan, sources: readonly Uint8Array[]): PreparedModules {
  const originals = plan.modules.map(({ file, start, end }) => {
    const source = sources[file];
    if (source === undefined) throw new RangeError(`no file ${file} for a module of the plan`);
    return source.subarray(start, end);
  });
  const rewritten: RestorableModule[] = [];
  for (const [index, bytes] of originals.entries()) {
    try {
      rewritten.push(rewriteRestorable(bytes));
    } catch (error) {
      if (!isObstacle(error)) throw error;
      const obstacle = `core module ${index} has ${error.message}`;
      return { plan, restore: { obstacle, modules: [], hasStart: true }, modules: originals };
    }
  }
  return {
    plan: bindSizes(plan, rewritten),
    restore: {
      obstacle: null,
      modules: rewritten.map(({ globals, definesMemory }) => ({ globals, definesMemory })),
      hasStart: rewritten.some(({ hasStart }) => hasStart),
    },
    modules: rewritten.map(({ bytes }) => bytes),
  };
}

/** What a rewrite may say of a module. Whether a module that looks malformed is one, the engine's compiler decides. */
const OBSTACLES = [NotRewritableError, UnknownInstructionError, MalformedComponentError, UnsupportedComponentError];

function isObstacle(error: unknown): error is Error {
  return OBSTACLES.some((known) => error instanceof known);
}

/** Gives each core instance that shares another's memory that memory's size and limit. */
function bindSizes(plan: LinkPlan, modules: readonly RestorableModule[]): LinkPlan {
  // Core instances import of those before them.
  const owners: number[] = [];
  const coreInstances = plan.coreInstances.map((instance, index) => {
    const module = modules[instance.module];
    const owner = memoryOwner(instance, module, owners) ?? index;
    owners.push(owner);
    if (!module?.importsSize) return instance;
    const added = [ADDED.size, ADDED.limit].map((name) => {
      const item: CoreItem = { tag: 'core-export', val: { instance: owner, name } };
      return { module: ADDED.importModule, name, item };
    });
    return { ...instance, imports: [...instance.imports, ...added] };
  });
  return { ...plan, coreInstances };
}

/** Returns the core instance that defines the memory that another one imports, perhaps through others; undefined where it imports none. */
function memoryOwner(
  { imports }: PlanCoreInstance,
  module: RestorableModule | undefined,
  owners: readonly number[],
): number | undefined {
  const wanted = module?.memoryImport;
  const imported = imports.find(({ module: from, name }) => from === wanted?.module && name === wanted.name);
  return imported?.item.tag === 'core-export' ? owners[imported.item.val.instance] : undefined;
}
