// The built-ins of resources: what a guest calls to make, drop and look into handles.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-resourcenew and the next two

import type { ComponentInstanceState } from './context.ts';
import type { CoreFunction } from './lower.ts';

export function createResourceNew(instance: ComponentInstanceState, resource: number): CoreFunction {
  return guarded(instance, (rep) => {
    instance.leave();
    return instance.handles.add(resource, rep, true);
  });
}

export function createResourceRep(instance: ComponentInstanceState, resource: number): CoreFunction {
  return guarded(instance, (index) => instance.handles.get(index, resource).rep);
}

/** `destroy` ends the resource of an owning handle; it returns a promise where a guest's destructor may wait. */
export function createResourceDrop(
  instance: ComponentInstanceState,
  resource: number,
  destroy: (rep: unknown) => unknown,
): CoreFunction {
  return guarded(instance, (index) => {
    instance.leave();
    const handle = instance.handles.remove(index, resource);
    if (handle.isOwn) return destroy(handle.rep);
    instance.borrows--;
    return undefined;
  });
}

/** Makes a core function of one unsigned argument that records its traps. */
function guarded(instance: ComponentInstanceState, builtin: (argument: number) => unknown): CoreFunction {
  return (argument) => {
    try {
      return builtin((argument as number) >>> 0);
    } catch (reason) {
      throw instance.fail(reason);
    }
  };
}

/** Ends a resource of the host. */
export function disposeHostResource(rep: unknown): void {
  (rep as Partial<Disposable>)[Symbol.dispose]?.();
}
