// The plan's table of value types: each type once, parts before wholes. Bounds what an untrusted component can make of types, whose
// sizes and depths grow exponentially when they refer to each other.

import type { PlanPrimitive, PlanType, TypeIndex } from '../../host/gen/runtime.ts';
import { type Layout, layoutOf } from './layout.ts';

/** Lifting and lowering recurse through types. */
const MAX_TYPE_DEPTH = 100;
const MAX_TYPE_BYTES = 2 ** 28;

export class TypeTable {
  readonly types: PlanType[] = [];
  readonly layouts: Layout[] = [];
  private readonly depths: number[] = [];
  private readonly borrowing: boolean[] = [];
  private readonly pointing: boolean[] = [];
  private readonly indices = new Map<string, TypeIndex>();

  /** Returns the index of a type, which it adds when it is new. Throws a `RangeError` for a type beyond all measure. */
  intern(type: PlanType): TypeIndex {
    const key = JSON.stringify(type);
    const known = this.indices.get(key);
    if (known !== undefined) return known;
    const parts = partsOf(type);
    const depth = 1 + parts.reduce((deepest, part) => Math.max(deepest, this.depths[part] ?? 0), 0);
    if (depth > MAX_TYPE_DEPTH) throw new RangeError(`type nests deeper than ${MAX_TYPE_DEPTH}`);
    const layout = layoutOf(type, this.layouts);
    if (layout.size > MAX_TYPE_BYTES) throw new RangeError(`type is larger than ${MAX_TYPE_BYTES} bytes`);
    const index = this.types.push(type) - 1;
    this.layouts.push(layout);
    this.depths.push(depth);
    this.borrowing.push(type.tag === 'borrow' || parts.some((part) => this.hasBorrow(part)));
    const isPointer = type.tag === 'list' || (type.tag === 'primitive' && type.val === 'string');
    this.pointing.push(isPointer || parts.some((part) => this.hasPointer(part)));
    this.indices.set(key, index);
    return index;
  }

  primitive(primitive: PlanPrimitive): TypeIndex {
    return this.intern({ tag: 'primitive', val: primitive });
  }

  /** Whether a value of the type can hold a borrowed handle, which a result must not. */
  hasBorrow(index: TypeIndex): boolean {
    return this.borrowing[index] ?? false;
  }

  /** Whether a value of the type holds strings or lists, which lie in linear memory however the value itself is passed. */
  hasPointer(index: TypeIndex): boolean {
    return this.pointing[index] ?? false;
  }
}

/** Returns the types that a type is made of. */
export function partsOf(type: PlanType): TypeIndex[] {
  switch (type.tag) {
    case 'record':
    case 'tuple':
      return type.val.map((part) => part.type);
    case 'variant':
      return type.val.flatMap((variantCase) => variantCase.type ?? []);
    case 'list':
    case 'option':
      return [type.val];
    case 'result':
      return [type.val.ok ?? [], type.val.error ?? []].flat();
    default:
      return [];
  }
}
