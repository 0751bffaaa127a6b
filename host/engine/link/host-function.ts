// Finds the host's functions in the objects that the worker offers, in jco's calling convention.

import type { LinkPlan, PlanHostFunction } from '../../../guest-runtime/link/plan.ts';
import type { HostImports } from '../engine.ts';
import { compatibleName } from '../interface-name.ts';
import { parseFunctionName } from './names.ts';

/** A host function as it is called: `self` of a method is its first argument. */
export type HostFunction = (...args: readonly unknown[]) => unknown;

// biome-ignore lint/suspicious/noExplicitAny: constructors and methods of the host are called with whatever their WIT type says
type AnyFunction = any;

/**
 * Returns the host's functions in the plan's order. Throws an `Error` that names an interface that is missing; a function that an
 * interface lacks fails when it is called, because guests are linked to more than they use.
 */
export function bindHostFunctions(plan: LinkPlan, offered: HostImports): HostFunction[] {
  return plan.hostFunctions.map((wanted) => {
    const object = offered[compatibleName(wanted.interface)];
    if (object === undefined) throw new Error(`nothing offers the import "${wanted.interface}"`);
    const paramCount = plan.functionTypes[wanted.type]?.params.length ?? 0;
    return findFunction(wanted.name, paramCount, object) ?? createMissing(wanted);
  });
}

function createMissing({ interface: interfaceName, name }: PlanHostFunction): HostFunction {
  return () => {
    throw new Error(`the import "${interfaceName}" is offered without "${name}"`);
  };
}

function findFunction(witName: string, paramCount: number, object: Record<string, unknown>): HostFunction | undefined {
  // A function that is imported by itself is the `default` of an interface of its name.
  if (witName === '') return object['default'] as HostFunction | undefined;
  const name = parseFunctionName(witName);
  if (name.kind === 'function') return object[name.name] as HostFunction | undefined;
  const resource = object[name.resource] as AnyFunction;
  if (resource === undefined) return undefined;
  if (name.kind === 'constructor') return (...args) => new resource(...args);
  if (name.kind === 'static') return bindStatic(resource, resource[name.name]);
  return bindMethod(resource.prototype?.[name.name], name.name, paramCount);
}

function bindStatic(resource: AnyFunction, method: AnyFunction): HostFunction | undefined {
  return method && ((...args) => method.call(resource, ...args));
}

/** Methods are looked up once, in the class. Those that the class lacks are looked up in each object. */
function bindMethod(method: AnyFunction, name: string, paramCount: number): HostFunction {
  if (method === undefined) return (self, ...args) => (self as AnyFunction)[name](...args);
  switch (paramCount) {
    case 1:
      return (self) => method.call(self);
    case 2:
      return (self, first) => method.call(self, first);
    case 3:
      return (self, first, second) => method.call(self, first, second);
    default:
      return (self, ...args) => method.call(self, ...args);
  }
}
