// The table of resource handles of one component instance.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#runtime-state

import { Trap } from './trap.ts';

/** One handle. `rep` is the host's object, or the i32 by which the guest that defines the resource knows it. */
export type Handle = {
  /** Index of the resource type in the plan. */
  readonly resource: number;
  readonly rep: unknown;
  readonly isOwn: boolean;
  /** How many borrows of it the call under way has lent. */
  lends: number;
};

/** The host holds some hundred bytes for each, which no limit of the guest's memory counts. */
const MAX_HANDLES = 2 ** 20;

export class HandleTable {
  // Index 0 is never a handle, so that guests can use it for none.
  private entries: (Handle | undefined)[] = [undefined];
  private free: number[] = [];

  /** How many handles there are. */
  get size(): number {
    return this.entries.length - 1 - this.free.length;
  }

  add(resource: number, rep: unknown, isOwn: boolean): number {
    const handle: Handle = { resource, rep, isOwn, lends: 0 };
    const index = this.free.pop();
    if (index !== undefined) {
      this.entries[index] = handle;
      return index;
    }
    if (this.entries.length >= MAX_HANDLES) throw new Trap('handle table is full');
    return this.entries.push(handle) - 1;
  }

  /** Returns the handle at `index`. Traps when there is none, or one of another resource type. */
  get(index: number, resource: number): Handle {
    const handle = this.entries[index];
    if (handle === undefined) throw new Trap(`unknown handle index ${index}`);
    if (handle.resource !== resource) throw new Trap(`handle index ${index} is of another resource type`);
    return handle;
  }

  /** Takes the handle at `index` out of the table. Traps as `get` does, and for a handle that is lent. */
  remove(index: number, resource: number): Handle {
    const handle = this.get(index, resource);
    if (handle.lends !== 0) throw new Trap(`handle index ${index} is lent`);
    this.entries[index] = undefined;
    this.free.push(index);
    return handle;
  }

  /** Lists the handles with their indices. */
  list(): [index: number, handle: Handle][] {
    return this.entries.flatMap((handle, index): [number, Handle][] => (handle ? [[index, handle]] : []));
  }

  /** Empties the table. */
  clear(): void {
    if (this.entries.length === 1) return;
    this.entries = [undefined];
    this.free = [];
  }

  /** Makes the table hold `handles` and nothing else. */
  fill(handles: readonly (readonly [index: number, handle: Handle])[], length: number, free: readonly number[]): void {
    this.entries = Array.from({ length });
    this.free = [...free];
    for (const [index, handle] of handles) this.entries[index] = { ...handle, lends: 0 };
  }

  /** What `fill` needs besides the handles, to make the table number later handles as it does now. */
  get shape(): { readonly length: number; readonly free: readonly number[] } {
    return { length: this.entries.length, free: [...this.free] };
  }
}
