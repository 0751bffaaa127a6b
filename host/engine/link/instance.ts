// Instantiates a linked component: its core instances in the plan's order, each import bound to what the plan says.

import type { Callee, CoreItem } from '../../gen/runtime.ts';
import type { ComponentInstance } from '../engine.ts';
import { ComponentInstanceState, type ComponentStore, LiftLowerContext, type Realloc } from './context.ts';
import type { HostFunction } from './host-function.ts';
import type { CoreCallee, LiftedFunction, PostReturn } from './lift.ts';
import { LinearMemory } from './linear-memory.ts';
import type { LinkedComponent } from './linked-component.ts';
import type { CoreFunction } from './lower.ts';
import { createResourceDrop, createResourceNew, createResourceRep, disposeHostResource } from './resource-builtin.ts';
import { Trap } from './trap.ts';

// JSPI is not in TypeScript's library yet.
const { Suspending, promising } = WebAssembly as unknown as {
  readonly Suspending: new (callee: CoreFunction) => WebAssembly.ExportValue;
  readonly promising: (callee: WebAssembly.ExportValue) => CoreCallee;
};

/** Makes an object for names that a guest has chosen: `__proto__` is a name as any other. */
const createTable = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/** A component's core instances with the state that the Canonical ABI keeps for them. Exported functions are found by their number. */
export class LinkedInstance implements ComponentStore {
  /** The one whose code runs on this thread. */
  static #running: LinkedInstance | undefined;
  /** One whose code ran when another was entered: it may have been ended from outside, where nothing is unwound. */
  static #interrupted: LinkedInstance | undefined;

  /** The instance in use whose code runs on this thread, or would if it had not been ended from outside. */
  static get running(): LinkedInstance | undefined {
    return LinkedInstance.#interrupted?.user === undefined ? LinkedInstance.#running : LinkedInstance.#interrupted;
  }
  readonly states: readonly ComponentInstanceState[];
  generation = 0;
  readonly component: LinkedComponent;
  /** Who has it to himself at present. */
  user: ComponentInstance | undefined;
  private readonly hostFunctions: readonly HostFunction[];
  private readonly coreInstances: WebAssembly.Instance[] = [];
  private readonly memories = new Map<WebAssembly.Memory, LinearMemory>();
  private readonly contexts: LiftLowerContext[] = [];
  private readonly internalFunctions: LiftedFunction[] = [];
  private readonly exportedFunctions: LiftedFunction[] = [];
  private readonly destructors: ((rep: number) => unknown)[] = [];
  /** The same, where they may wait. */
  private readonly waitingDestructors: ((rep: number) => unknown)[] = [];

  /** Throws what a start function of the component throws. */
  constructor(component: LinkedComponent, hostFunctions: readonly HostFunction[]) {
    this.component = component;
    this.hostFunctions = hostFunctions;
    const { plan, modules } = component;
    this.states = Array.from(
      { length: plan.componentInstances },
      (_, index) => new ComponentInstanceState(index, this),
    );
    for (const { module, imports } of plan.coreInstances) {
      const importObject = createTable<Record<string, WebAssembly.ImportValue>>();
      for (const { module: from, name, item } of imports) {
        const group = importObject[from] ?? createTable<WebAssembly.ImportValue>();
        group[name] = this.createImport(item);
        importObject[from] = group;
      }
      this.coreInstances.push(new WebAssembly.Instance(modules[module] as WebAssembly.Module, importObject));
    }
    for (const state of this.states) state.finishStart();
  }

  /** Calls what an export of the plan leads to. Returns a promise where the component may wait. */
  callExport(callee: Callee, args: readonly unknown[]): unknown {
    if (callee.tag === 'host') return this.callHost(callee.val, args);
    this.resume();
    const result = this.exportedFunction(callee.val)(args);
    this.suspend();
    return result;
  }

  /** Calls the plan's host function `index`. */
  callHost(index: number, args: readonly unknown[]): unknown {
    return (this.hostFunctions[index] as HostFunction)(...args);
  }

  resume(): void {
    if (LinkedInstance.#running !== undefined) LinkedInstance.#interrupted = LinkedInstance.running;
    LinkedInstance.#running = this;
  }

  suspend(): void {
    if (LinkedInstance.#running === this) LinkedInstance.#running = undefined;
  }

  /** Whether something trapped in it, in a call or in between. */
  get hasTrapped(): boolean {
    return this.states.some(({ failure }) => failure !== null);
  }

  /** Forgets what the Canonical ABI keeps of calls that have ended. */
  reset(): void {
    this.generation++;
    for (const state of this.states) state.reset();
  }

  dropResource(resource: number, rep: number): void {
    this.destroyGuestResource(resource, rep, null);
  }

  private createImport(item: CoreItem): WebAssembly.ImportValue {
    switch (item.tag) {
      case 'core-export':
        return this.coreExport(item);
      case 'lowered':
        return this.createLowered(item.val);
      case 'resource-new':
        return createResourceNew(this.stateAt(item.val.instance), item.val.resource);
      case 'resource-rep':
        return createResourceRep(this.stateAt(item.val.instance), item.val.resource);
      case 'resource-drop':
        return this.createDrop(this.stateAt(item.val.instance), item.val.resource);
    }
  }

  private createLowered(index: number): WebAssembly.ImportValue {
    const lowering = this.component.lowerings[index];
    if (lowering === undefined) throw new RangeError(`no lowered function ${index}`);
    const context = this.contextOf(this.component.loweredContexts[index]);
    const core =
      lowering.kind === 'host'
        ? lowering.create(context, this.hostFunctions[lowering.host] as HostFunction)
        : lowering.create(context, this.internalFunction(lowering.lifted));
    return lowering.mayWait ? new Suspending(core) : core;
  }

  private createDrop(instance: ComponentInstanceState, resource: number): WebAssembly.ImportValue {
    const type = this.component.plan.resources[resource];
    if (type?.tag !== 'guest') return createResourceDrop(instance, resource, disposeHostResource);
    const destroy = (rep: unknown) => this.destroyGuestResource(resource, rep as number, instance);
    const drop = createResourceDrop(instance, resource, destroy);
    return this.component.mayWait && type.val.destructor ? new Suspending(drop) : drop;
  }

  /** Runs a destructor. `caller` is the component instance that dropped the last handle, null where the host did. */
  private destroyGuestResource(resource: number, rep: number, caller: ComponentInstanceState | null): unknown {
    const type = this.component.plan.resources[resource];
    if (type?.tag !== 'guest') return undefined;
    const definer = this.stateAt(type.val.instance);
    if (definer !== caller && !definer.mayEnter) throw new Trap('cannot enter component instance');
    if (type.val.destructor === undefined) return undefined;
    const destroy = this.destructorOf(resource, type.val.destructor, this.component.mayWait && caller !== null);
    return definer === caller ? destroy(rep) : enter(definer, () => destroy(rep));
  }

  private destructorOf(resource: number, item: CoreItem, mayWait: boolean): (rep: number) => unknown {
    const destructors = mayWait ? this.waitingDestructors : this.destructors;
    destructors[resource] ??= this.createCallee(item, mayWait) as (rep: number) => unknown;
    return destructors[resource];
  }

  private internalFunction(index: number): LiftedFunction {
    // Made when it is first called: composed components may refer to each other before they are instantiated.
    return (args) => {
      this.internalFunctions[index] ??= this.createLifted(index, this.component.internalLiftings);
      return (this.internalFunctions[index] as LiftedFunction)(args);
    };
  }

  private exportedFunction(index: number): LiftedFunction {
    this.exportedFunctions[index] ??= this.createLifted(index, this.component.exportLiftings);
    return this.exportedFunctions[index] as LiftedFunction;
  }

  private createLifted(index: number, liftings: LinkedComponent['exportLiftings']): LiftedFunction {
    const lifting = liftings[index];
    const lifted = this.component.plan.lifted[index];
    if (lifting === undefined || lifted === undefined) throw new RangeError(`no lifted function ${index}`);
    const { postReturn } = lifted.options;
    return lifting(
      this.contextOf(this.component.liftedContexts[index]),
      this.createCallee(lifted.function, this.component.mayWait),
      postReturn ? (this.createImport(postReturn) as PostReturn) : null,
    );
  }

  private createCallee(item: CoreItem, mayWait: boolean): CoreCallee {
    const callee = this.createImport(item);
    return mayWait && item.tag === 'core-export'
      ? promising(callee as WebAssembly.ExportValue)
      : (callee as CoreCallee);
  }

  private coreExport(item: CoreItem): WebAssembly.ExportValue {
    if (item.tag !== 'core-export') throw new RangeError(`${item.tag} where an export of a core instance is meant`);
    return this.exportOf(item.val.instance, item.val.name);
  }

  /** Returns an export of core instance `index`. */
  exportOf(index: number, name: string): WebAssembly.ExportValue {
    const found = this.coreInstances[index]?.exports[name];
    if (found === undefined) throw new RangeError(`core instance ${index} has no export "${name}"`);
    return found;
  }

  private stateAt(index: number): ComponentInstanceState {
    const state = this.states[index];
    if (state === undefined) throw new RangeError(`no component instance ${index}`);
    return state;
  }

  private contextOf(index: number | undefined): LiftLowerContext {
    const wanted = this.component.contexts[index ?? -1];
    if (index === undefined || wanted === undefined) throw new RangeError('a function without canonical options');
    const known = this.contexts[index];
    if (known) return known;
    const realloc = wanted.realloc ? (this.createImport(wanted.realloc) as Realloc) : null;
    const memory = wanted.memory ? this.memoryOf(this.coreExport(wanted.memory) as WebAssembly.Memory) : null;
    const context = new LiftLowerContext(this.stateAt(wanted.instance), wanted.encoding, memory, realloc);
    this.contexts[index] = context;
    return context;
  }

  /** Returns the views of a memory, the same for everyone who reads or writes it. */
  memoryOf(memory: WebAssembly.Memory): LinearMemory {
    const known = this.memories.get(memory);
    if (known) return known;
    const linearMemory = new LinearMemory(memory);
    this.memories.set(memory, linearMemory);
    return linearMemory;
  }
}

/** Runs a destructor in the component instance that defines it, for another one or for the host. */
function enter(definer: ComponentInstanceState, destroy: () => unknown): unknown {
  definer.mayEnter = false;
  const leave = () => {
    if (definer.failure !== null) throw definer.failure.reason;
    definer.mayEnter = true;
  };
  // After a trap it stays closed.
  const fail = (reason: unknown) => {
    throw definer.fail(reason);
  };
  try {
    const done = destroy();
    return done instanceof Promise ? done.then(leave, fail) : leave();
  } catch (reason) {
    return fail(reason);
  }
}
