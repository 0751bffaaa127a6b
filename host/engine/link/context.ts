// What lifting and lowering need of the instance they work for.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#runtime-state

import { HandleTable } from './handle-table.ts';
import type { LinearMemory } from './linear-memory.ts';
import { Trap } from './trap.ts';

/** What the component instances of one composed component have in common. */
export interface ComponentStore {
  /** Counts how often it was put back to its snapshot: what it gave away before is worth nothing after. */
  readonly generation: number;
  /** Notes that the guest runs again after it has waited. */
  resume(): void;
  /** Notes that the guest waits. */
  suspend(): void;
  /** Runs the destructor of a resource that a component instance defines. */
  dropResource(resource: number, rep: number): void;
}

/** A call of a host function: its number in the plan, and what it returned. */
export type StartCall = { readonly host: number; readonly value: unknown };

/** The state of one component instance. A composed component has several, numbered in its plan. */
export class ComponentInstanceState {
  readonly index: number;
  readonly store: ComponentStore;
  readonly handles = new HandleTable();
  /** False while it runs or waits, and for ever after a trap: a component instance is entered once at a time. */
  mayEnter = true;
  /** False while it allocates for arguments or results, and in post-return: it must not call out then. */
  mayLeave = true;
  /** What it asked of the host while it was instantiated; what it is now may depend on the answers. */
  readonly startCalls: StartCall[] = [];
  /** What it asks then is noted. */
  isStarting = true;
  /** Borrowed handles that the call under way was given and has not dropped yet. */
  borrows = 0;
  /** Handles that have lent borrows while arguments are lifted. */
  readonly lenders: { lends: number }[] = [];
  /** Why it trapped while it ran. A guest can catch what JavaScript throws; the call fails all the same. */
  failure: { readonly reason: unknown } | null = null;

  constructor(index: number, store: ComponentStore) {
    this.index = index;
    this.store = store;
  }

  /** Traps when it must not call out. */
  leave(): void {
    if (!this.mayLeave) throw new Trap('cannot leave component instance');
  }

  /** The component is instantiated. */
  finishStart(): void {
    this.isStarting = false;
  }

  /** Records that the call under way has trapped, and returns `reason` to be thrown. */
  fail(reason: unknown): unknown {
    this.failure ??= { reason };
    return reason;
  }

  /** Makes the state of an instance that has not run. */
  reset(): void {
    this.handles.clear();
    this.mayEnter = true;
    this.mayLeave = true;
    this.borrows = 0;
    this.lenders.length = 0;
    this.failure = null;
  }

  /** Takes back what the arguments of a call had lent. */
  returnLent(): void {
    for (let lender = this.lenders.pop(); lender !== undefined; lender = this.lenders.pop()) lender.lends--;
  }
}

/** An allocator of the guest: old pointer, old size, alignment, new size; returns the new pointer. */
export type Realloc = (oldPointer: number, oldSize: number, alignment: number, newSize: number) => number;

export type Encoding = 'utf8' | 'utf16' | 'latin1-utf16';

/** The canonical options of a function, in one instance. */
export class LiftLowerContext {
  readonly instance: ComponentInstanceState;
  readonly encoding: Encoding;
  private readonly linearMemory: LinearMemory | null;
  private readonly allocator: Realloc | null;

  constructor(
    instance: ComponentInstanceState,
    encoding: Encoding,
    memory: LinearMemory | null,
    realloc: Realloc | null,
  ) {
    this.instance = instance;
    this.encoding = encoding;
    this.linearMemory = memory;
    this.allocator = realloc;
  }

  get memory(): LinearMemory {
    if (this.linearMemory === null) throw new Trap('no memory is given for this function');
    return this.linearMemory;
  }

  refresh(): void {
    this.linearMemory?.refresh();
  }

  /** Calls the guest's allocator. Traps when what it returns is not aligned or does not lie in the memory. */
  realloc(oldPointer: number, oldSize: number, alignment: number, newSize: number): number {
    if (this.allocator === null) throw new Trap('no realloc is given for this function');
    const pointer = this.allocator(oldPointer, oldSize, alignment, newSize) >>> 0;
    const { memory } = this;
    memory.refresh();
    memory.check(pointer, newSize, alignment);
    return pointer;
  }
}
