// The exports of the world `runtime` (wit/runtime.wit). The only file of the guest runtime that knows how a component is called:
// results are returned or thrown here; everything below works on plain values and runs in any JavaScript engine.

import type {
  AppExports,
  AppSource,
  ComponentPlan,
  Diagnostic,
  DispatchExports,
  HttpExecutor,
  LinkDependency,
  LinkExports,
  LinkedComponent,
  LinkOptions,
  LinkPlan,
  PlanOptions,
} from '../host/gen/runtime.ts';
import { planApp } from './app/plan.ts';
import { selectHandler } from './dispatch/handler.ts';
import { type Adaptation, chooseAdaptation, isCoreModule, UnadaptableModuleError } from './link/adapter.ts';
import { DependencyError } from './link/dependency.ts';
import { readComponentExterns } from './link/externs.ts';
import { linkImports } from './link/import-linker.ts';
import { linkComponent } from './link/linker.ts';
import { MalformedComponentError, UnsupportedComponentError } from './link/reader.ts';

/** From an app source to an app plan. */
export const app: AppExports = {
  plan(source: AppSource, options: PlanOptions) {
    const plan = planApp(source, options);
    if (Array.isArray(plan)) throw plan;
    return plan;
  },
  selectHandler(component: ComponentPlan, executor: HttpExecutor, exports: string[]) {
    const handler = selectHandler(component, executor, exports);
    if (typeof handler !== 'string') throw handler;
    return handler;
  },
};

/** From a component's bytes, and those of its dependencies, to a link plan. */
export const link: LinkExports = {
  link(component: Uint8Array, dependencies: LinkDependency[], options: LinkOptions) {
    try {
      const files = [component, ...dependencies.map((dependency) => dependency.component)];
      const file = files.findIndex(isCoreModule);
      const module = files[file];
      if (module) return { tag: 'core-module', val: { file, ...adaptationOf(module, dependencies[file - 1]) } };
      return linkOrName(component, dependencies);
    } catch (error) {
      if (!REFUSALS.some((known) => error instanceof known)) throw error;
      const { message, fix } = error as Error & { readonly fix?: string };
      const field = error instanceof DependencyError ? `dependencies.${JSON.stringify(error.dependency)}` : undefined;
      throw { severity: 'error', file: options.name, field, message, fix } satisfies Diagnostic;
    }
  },
};

function adaptationOf(module: Uint8Array, dependency: LinkDependency | undefined): Adaptation {
  try {
    return chooseAdaptation(module);
  } catch (error) {
    if (dependency === undefined || !(error instanceof UnadaptableModuleError)) throw error;
    throw new DependencyError(dependency.name, `cannot be linked: ${error.message}`, error.fix);
  }
}

/** What says that an app's bytes are at fault. */
const REFUSALS = [MalformedComponentError, UnadaptableModuleError, DependencyError];

/** Decides about single events. */
export const dispatch: DispatchExports = {
  // No plan of this guest runtime has a dynamic entry, so the host never asks.
  decide: () => ({ tag: 'respond', val: [404, new Uint8Array()] }),
};

/**
 * Links a component; one that uses what this linker does not know is at least named, for an engine that links by itself. No such engine
 * knows of dependencies.
 */
function linkOrName(component: Uint8Array, dependencies: readonly LinkDependency[]): LinkedComponent {
  try {
    return { tag: 'plan', val: linkComponent(component, dependencies) };
  } catch (error) {
    if (!(error instanceof UnsupportedComponentError)) throw error;
    const dependency = dependencies.find(({ imports }) => imports !== undefined);
    if (dependency) throw new DependencyError(dependency.name, `cannot be linked to it: ${error.message}`);
    const { imports, exports } = readComponentExterns(component);
    const declared = readDeclared(component);
    return { tag: 'unlinked', val: { imports: [...imports], exports: [...exports], reason: error.message, declared } };
  }
}

/** Returns nothing where types of imports are among what this linker does not know. */
function readDeclared(component: Uint8Array): LinkPlan | undefined {
  try {
    return linkImports(component);
  } catch (error) {
    if (error instanceof MalformedComponentError || error instanceof UnsupportedComponentError) return undefined;
    throw error;
  }
}
