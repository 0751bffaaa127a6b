// Guests with a C library ask for their standard streams and directories while they are instantiated, and keep the handles. Putting such
// a guest back means to ask the host again, for objects that belong to the next request, and to put them where the old ones were.
// That is the same as a new instance only where the answers hold nothing else that differs: a guest that asked for random numbers or
// the time when it started is never put back.

import { unversionedName } from '../../../../guest-runtime/link/interface-name.ts';
import type { LinkPlan } from '../../../gen/runtime.ts';
import type { ComponentInstanceState, StartCall } from '../context.ts';
import type { Handle } from '../handle-table.ts';
import type { LinkedInstance } from '../instance.ts';

/** Functions whose answers are the same for all instances of a component, but for the identity of resources. */
const CONSTANT_FUNCTIONS: ReadonlySet<string> = new Set([
  'wasi:cli/environment#get-arguments',
  'wasi:cli/environment#get-environment',
  'wasi:cli/environment#initial-cwd',
  'wasi:cli/stderr#get-stderr',
  'wasi:cli/stdin#get-stdin',
  'wasi:cli/stdout#get-stdout',
  'wasi:cli/terminal-stderr#get-terminal-stderr',
  'wasi:cli/terminal-stdin#get-terminal-stdin',
  'wasi:cli/terminal-stdout#get-terminal-stdout',
  'wasi:filesystem/preopens#get-directories',
  'wasi:filesystem/types#[method]descriptor.get-flags',
  'wasi:filesystem/types#[method]descriptor.get-type',
]);

/** A handle that was there after the start: the answer that its object stood in, and where. */
type StartHandle = {
  readonly index: number;
  readonly handle: Handle;
  readonly call: StartCall;
  readonly path: readonly (string | number)[];
};

/** The handles of one component instance after its start. */
type StartTable = {
  readonly state: ComponentInstanceState;
  readonly handles: readonly StartHandle[];
  readonly shape: { readonly length: number; readonly free: readonly number[] };
};

/** Puts handles back that an instance got while it started. */
export class StartHandles {
  readonly #instance: LinkedInstance;
  readonly #tables: readonly StartTable[];

  private constructor(instance: LinkedInstance, tables: readonly StartTable[]) {
    this.#instance = instance;
    this.#tables = tables;
  }

  /** Looks at an instance that was just made. Returns in words what it asked while it started and cannot be asked again. */
  static of(plan: LinkPlan, instance: LinkedInstance): StartHandles | string {
    const calls = instance.states.flatMap((state) => state.startCalls);
    const varying = calls.map((call) => nameOfCall(plan, call)).find((name) => !CONSTANT_FUNCTIONS.has(name));
    if (varying !== undefined) return `it calls ${varying} while it starts`;
    const tables: StartTable[] = [];
    for (const state of instance.states) {
      const handles = state.handles.list().map(([index, handle]) => findHandle(plan, state, index, handle));
      if (handles.some((found) => found === null)) return 'it keeps a handle from its start whose origin is not known';
      if (handles.length === 0) continue;
      tables.push({ state, handles: handles.filter((found) => found !== null), shape: state.handles.shape });
    }
    return new StartHandles(instance, tables);
  }

  /** Asks the host again and fills the tables of an instance that has been reset. Throws what the host throws. */
  restore(): void {
    for (const { state, handles, shape } of this.#tables) {
      const answers = new Map<StartCall, unknown>();
      const filled = handles.map(({ index, handle, call, path }): [number, Handle] => {
        if (!answers.has(call)) answers.set(call, this.#instance.callHost(call.host, []));
        return [index, { ...handle, rep: at(answers.get(call), path) }];
      });
      state.handles.fill(filled, shape.length, shape.free);
    }
  }
}

function nameOfCall(plan: LinkPlan, { host }: StartCall): string {
  const called = plan.hostFunctions[host];
  return `${unversionedName(called?.interface ?? '')}#${called?.name}`;
}

function findHandle(plan: LinkPlan, state: ComponentInstanceState, index: number, handle: Handle): StartHandle | null {
  for (const call of state.startCalls) {
    const path = takesNothing(plan, call) ? findPath(call.value, handle.rep) : null;
    if (path) return { index, handle, call, path };
  }
  return null;
}

function takesNothing(plan: LinkPlan, { host }: StartCall): boolean {
  const type = plan.functionTypes[plan.hostFunctions[host]?.type ?? -1];
  return type?.params.length === 0;
}

/** Finds where an object stands in an answer: the answer itself, or inside its lists, tuples and records. */
function findPath(value: unknown, wanted: unknown): (string | number)[] | null {
  if (value === wanted) return [];
  if (typeof value !== 'object' || value === null) return null;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return null;
  for (const [key, part] of Object.entries(value)) {
    const path = findPath(part, wanted);
    if (path) return [key, ...path];
  }
  return null;
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  let part = value;
  for (const key of path) part = (part as Record<string | number, unknown>)[key];
  return part;
}
