// Finds the host's functions in the objects that the worker offers, in jco's calling convention.

import { compatibleName } from '../../../guest-runtime/link/interface-name.ts';
import type { LinkPlan, PlanHostFunction } from '../../gen/runtime.ts';
import type { HostImports, InstanceHost } from '../engine.ts';
import { findOffered } from '../offered.ts';
import { parseFunctionName } from './names.ts';

/** A host function as it is called: `self` of a method is its first argument. */
export type HostFunction = (...args: readonly unknown[]) => unknown;

type HostMethod = (this: unknown, ...args: readonly unknown[]) => unknown;

/** A resource of the host: its methods are those of instances, its static functions its own. */
interface HostClass {
  readonly length: number;
  new (...args: readonly unknown[]): object;
  readonly prototype: object;
}

/** A host function of a plan, which is `absent` for the reason given: then it is not looked up, and fails when it is called. */
export type BoundHostFunction = PlanHostFunction & { readonly absent?: string };

/** Finds all host functions of a plan among what is offered to one instance. */
export type HostBinder = (offered: Omit<InstanceHost, 'release'>) => HostFunction[];

/**
 * Creates the binder of a plan; its functions come in the plan's order. It throws an `Error` that names an interface that is missing;
 * a function that an interface lacks fails when it is called, because guests are linked to more than they use.
 */
export function createHostBinder(plan: LinkPlan): HostBinder {
  const wanted = plan.hostFunctions.map((host) => ({
    interfaceName: host.interface,
    key: compatibleName(host.interface),
    dependency: host.dependency,
    find: createFinder(host, plan.functionTypes[host.type]?.params.length ?? 0),
  }));
  return (offered) =>
    wanted.map(({ interfaceName, key, dependency, find }) => {
      const object = findOffered(importsFor(dependency, offered), key);
      if (object === undefined) throw new Error(`nothing offers the import "${interfaceName}"`);
      return find(object);
    });
}

function importsFor(
  dependency: number | undefined,
  { imports, dependencies }: Omit<InstanceHost, 'release'>,
): HostImports | undefined {
  return dependency === undefined ? imports : dependencies?.get(dependency);
}

/** Makes the function of one instance out of the objects and classes of its interface. */
type Finder = (object: Record<string, unknown>) => HostFunction;

function createFinder(wanted: BoundHostFunction, paramCount: number): Finder {
  const { absent } = wanted;
  if (absent !== undefined) {
    const fail: HostFunction = () => {
      throw new Error(`the import "${wanted.interface}" is offered without this "${wanted.name}": ${absent}`);
    };
    return () => fail;
  }
  const missing: HostFunction = () => {
    throw new Error(`the import "${wanted.interface}" is offered without "${wanted.name}"`);
  };
  // A function that is imported by itself is the `default` of an interface of its name.
  if (wanted.name === '') return (object) => memberOf(object, 'default') ?? missing;
  const name = parseFunctionName(wanted.name);
  if (name.kind === 'function') return (object) => memberOf(object, name.name) ?? missing;
  return (object) => {
    const resource = memberOf(object, name.resource) as unknown as HostClass | undefined;
    if (resource === undefined) return missing;
    // What the host itself makes an object of comes behind what it demands, and is nothing for a guest.
    if (name.kind === 'constructor') return (...args) => new resource(...args.slice(0, resource.length));
    if (name.kind === 'static') return bindStatic(resource, name.name) ?? missing;
    return bindMethod(memberOf(resource.prototype, name.name), name.name, paramCount);
  };
}

/** What every object and every class of JavaScript has is offered to nobody: a guest chooses its names, and `constructor` compiles text. */
const NOT_OFFERED: ReadonlySet<object | null> = new Set([null, Object.prototype, Function.prototype]);

/** Returns the function that an object, or a class that it is of, defines by `name`. */
function memberOf(object: object, name: string): HostMethod | undefined {
  if (name === 'constructor') return undefined;
  for (let at: object | null = object; at !== null && !NOT_OFFERED.has(at); at = Object.getPrototypeOf(at)) {
    if (!Object.hasOwn(at, name)) continue;
    const member = (at as Record<string, unknown>)[name];
    return typeof member === 'function' ? (member as HostMethod) : undefined;
  }
  return undefined;
}

function bindStatic(resource: HostClass, name: string): HostFunction | undefined {
  const method = memberOf(resource, name);
  return method && ((...args) => method.call(resource, ...args));
}

/** Methods are looked up once, in the class. Those that the class lacks are looked up in each object. */
function bindMethod(method: HostMethod | undefined, name: string, paramCount: number): HostFunction {
  if (method === undefined) {
    return (self, ...args) => memberOf(self as object, name)?.call(self, ...args);
  }
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
