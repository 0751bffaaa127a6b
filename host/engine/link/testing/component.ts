// Makes instances of components for tests: linked, compiled and instantiated in memory.

import { linkComponent } from '../../../../guest-runtime/link/linker.ts';
import { binaryFromWat } from '../../../../guest-runtime/link/testing/wat.ts';
import type { LinkDependency } from '../../../gen/runtime.ts';
import type { ComponentInstance, HostImports, Isolation, PreparedComponent } from '../../engine.ts';
import { createPreparedComponent, type LinkEngineOptions } from '../link-engine.ts';
import type { WaitingImports } from '../linked-component.ts';
import { prepareModules } from '../pristine/restore-plan.ts';

/** What a test may say about a component's host. */
export type HostOptions = { readonly imports?: HostImports; readonly waits?: WaitingImports };

export function prepareComponent(
  bytes: Uint8Array,
  options: Partial<LinkEngineOptions> = {},
  dependencies: readonly LinkDependency[] = [],
  onIsolation?: (isolation: Isolation) => void,
): PreparedComponent {
  const sources = [bytes, ...dependencies.map(({ component }) => component)];
  const { plan, restore, modules } = prepareModules(linkComponent(bytes, dependencies), sources);
  const compiled = modules.map((module) => new WebAssembly.Module(new Uint8Array(module)));
  return createPreparedComponent({ plan, restore, modules: compiled }, { waits: () => false, ...options }, onIsolation);
}

export async function instantiateComponent(bytes: Uint8Array, options: HostOptions = {}): Promise<ComponentInstance> {
  const imports = options.imports ?? {};
  const { waits } = options;
  return prepareComponent(bytes, waits && { waits }).instantiate(() => ({ imports, release: () => undefined }));
}

/** Instantiates a component written in the text format. */
export async function instantiateWat(text: string, options: HostOptions = {}): Promise<ComponentInstance> {
  return instantiateComponent(await binaryFromWat(text), options);
}

/** Returns what a promise rejects with. Throws when it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (reason) {
    return reason;
  }
  throw new Error('the promise resolved');
}
