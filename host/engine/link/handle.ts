// Handles: what a guest knows of a resource is an index into its table. On the other side stands the host's object, the i32 of the
// component that defines the resource, or, where the host holds a guest's resource, a `GuestResource`.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md, `lift_own` to `lower_borrow`

import { layoutOf } from '../../../guest-runtime/link/layout.ts';
import type { Codec } from './codec.ts';
import type { ComponentStore, LiftLowerContext } from './context.ts';
import { describe } from './primitive.ts';
import { Trap } from './trap.ts';

const HANDLE_LAYOUT = layoutOf({ tag: 'own', val: 0 }, []);

/** A resource that a component defines and the host owns. Disposing it runs the component's destructor. */
export class GuestResource implements Disposable {
  /** Index of the resource type in the plan. */
  readonly resource: number;
  readonly store: ComponentStore;
  private readonly generation: number;
  private rep: number | null;

  constructor(resource: number, store: ComponentStore, rep: number) {
    this.resource = resource;
    this.store = store;
    this.generation = store.generation;
    this.rep = rep;
  }

  private get isGone(): boolean {
    return this.rep === null || this.generation !== this.store.generation;
  }

  /** Returns the representation. Throws a `TypeError` after the resource was given away or disposed. */
  borrow(): number {
    if (this.isGone || this.rep === null) throw new TypeError('the resource was given away or dropped');
    return this.rep;
  }

  /** Gives the resource away. */
  take(): number {
    const rep = this.borrow();
    this.rep = null;
    return rep;
  }

  [Symbol.dispose](): void {
    if (!this.isGone) this.store.dropResource(this.resource, this.take());
  }
}

/** How representations of one resource type look on the other side of a call. */
export interface ResourceSide {
  /** The component instance that defines the resource, to which borrows go as representations; null where the host does. */
  readonly definer: number | null;
  /** Makes of a representation what the other side holds. */
  lift(context: LiftLowerContext, rep: unknown): unknown;
  /** The reverse. */
  lower(context: LiftLowerContext, value: unknown, isOwn: boolean): unknown;
}

function codecOf(lift: (context: LiftLowerContext, index: number) => unknown, lower: Lower): Codec {
  return {
    layout: HANDLE_LAYOUT,
    single: { lift: (context, core) => lift(context, (core as number) >>> 0), lower },
    load: (context, pointer) => lift(context, context.memory.view.getUint32(pointer, true)),
    store: (context, value, pointer) => context.memory.view.setUint32(pointer, lower(context, value), true),
    liftFlat: (context, flat, at) => lift(context, (flat[at] as number) >>> 0),
    lowerFlat: (context, value, flat) => {
      flat.push(lower(context, value));
    },
  };
}

type Lower = (context: LiftLowerContext, value: unknown) => number;

/** Creates the codec of `own`: the handle moves out of one table, and into the other. */
export function createOwnCodec(resource: number, side: ResourceSide): Codec {
  return codecOf(
    (context, index) => {
      const handle = context.instance.handles.remove(index, resource);
      if (!handle.isOwn) throw new Trap(`handle index ${index} is borrowed and cannot be given away`);
      return side.lift(context, handle.rep);
    },
    (context, value) => context.instance.handles.add(resource, side.lower(context, value, true), true),
  );
}

/** Creates the codec of `borrow`: the handle stays, and may not go away during the call. */
export function createBorrowCodec(resource: number, side: ResourceSide): Codec {
  return codecOf(
    (context, index) => {
      const handle = context.instance.handles.get(index, resource);
      if (handle.isOwn) {
        handle.lends++;
        context.instance.lenders.push(handle);
      }
      return side.lift(context, handle.rep);
    },
    (context, value) => {
      const { instance } = context;
      const rep = side.lower(context, value, false);
      if (side.definer === instance.index) return rep as number;
      instance.borrows++;
      return instance.handles.add(resource, rep, false);
    },
  );
}

/** Objects of the host stand for themselves. */
export const hostSide: ResourceSide = {
  definer: null,
  lift: (_context, rep) => rep,
  lower: (_context, value) => {
    // A list of the host's is not the guest's to hold, whatever type the guest says that it is of.
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    throw new TypeError(`expected a resource, not ${describe(value)}`);
  },
};

/** A guest's resource between two components is its representation, which only its definer can see. */
export function createGuestSide(definer: number): ResourceSide {
  return { definer, lift: (_context, rep) => rep, lower: (_context, value) => value };
}

/** A guest's resource in the hands of the host is a `GuestResource`. */
export function createHeldSide(definer: number, resource: number): ResourceSide {
  return {
    definer,
    lift: (context, rep) => new GuestResource(resource, context.instance.store, rep as number),
    lower(context, value, isOwn) {
      const isKnown =
        value instanceof GuestResource && value.resource === resource && value.store === context.instance.store;
      if (!isKnown) throw new TypeError(`expected a resource of this component, not ${describe(value)}`);
      return isOwn ? value.take() : value.borrow();
    },
  };
}
