// Lists. Those of numbers are typed arrays in JavaScript and are copied as bytes.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#loading

import { layoutOf } from '../../../guest-runtime/link/layout.ts';
import type { PlanPrimitive } from '../../gen/runtime.ts';
import type { Codec } from './codec.ts';
import type { LiftLowerContext } from './context.ts';
import { describe } from './primitive.ts';
import { Trap } from './trap.ts';

const LIST_LAYOUT = layoutOf({ tag: 'list', val: 0 }, []);

/** What a list of other than numbers may have: JavaScript needs far more memory for an element than the guest. */
const MAX_ELEMENTS = 2 ** 24;
const MAX_LIST_BYTES = 2 ** 32;
/** What the parts of one list may have together, which a guest can point at many times over, and what an element counts beside its own. */
const MAX_NESTED_BYTES = 2 ** 27;
const ELEMENT_BYTES = 16;

/** The array type of lists of each kind of number. */
export const TYPED_ARRAYS = {
  s8: Int8Array,
  u8: Uint8Array,
  s16: Int16Array,
  u16: Uint16Array,
  s32: Int32Array,
  u32: Uint32Array,
  s64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

export type NumberPrimitive = keyof typeof TYPED_ARRAYS;

export function isNumberPrimitive(primitive: PlanPrimitive): primitive is NumberPrimitive {
  return Object.hasOwn(TYPED_ARRAYS, primitive);
}

/** How many elements the list has that `storeElements` stored last. */
let storedLength = 0;

type LoadElements = (context: LiftLowerContext, pointer: number, length: number) => unknown;
type StoreElements = (context: LiftLowerContext, value: unknown) => number;

function createCodec(loadElements: LoadElements, storeElements: StoreElements): Codec {
  return {
    layout: LIST_LAYOUT,
    load(context, pointer) {
      const { view } = context.memory;
      return loadElements(context, view.getUint32(pointer, true), view.getUint32(pointer + 4, true));
    },
    store(context, value, pointer) {
      const start = storeElements(context, value);
      const { view } = context.memory;
      view.setUint32(pointer, start, true);
      view.setUint32(pointer + 4, storedLength, true);
    },
    liftFlat: (context, flat, at) => loadElements(context, (flat[at] as number) >>> 0, (flat[at + 1] as number) >>> 0),
    lowerFlat(context, value, flat) {
      const start = storeElements(context, value);
      flat.push(start, storedLength);
    },
  };
}

/** Creates the codec of lists whose elements `element` reads and writes one by one. */
export function createListCodec(element: Codec): Codec {
  const { size, alignment } = element.layout;
  const loadElements: LoadElements = (context, pointer, length) => {
    const { memory } = context;
    memory.check(pointer, length * size, alignment);
    if (length > MAX_ELEMENTS) throw new Trap(`list of ${length} elements is too long`);
    memory.checkedBytes += length * ELEMENT_BYTES;
    const limit = memory.checkedBytes + MAX_NESTED_BYTES;
    const elements: unknown[] = [];
    for (let at = 0; at < length; at++) {
      elements.push(element.load(context, pointer + at * size));
      if (memory.checkedBytes > limit) throw new Trap(`list has parts of more than ${MAX_NESTED_BYTES} bytes`);
    }
    return elements;
  };
  const storeElements: StoreElements = (context, value) => {
    const elements = requireArray(value);
    const { length } = elements;
    const pointer = allocate(context, alignment, length * size);
    for (let at = 0; at < length; at++) element.store(context, elements[at], pointer + at * size);
    storedLength = length;
    return pointer;
  };
  return createCodec(loadElements, storeElements);
}

/**
 * Creates the codec of lists of numbers. Where `isView` is set, a lifted list of bytes is a view of the guest's memory,
 * valid until the guest runs again.
 */
export function createNumberListCodec(primitive: NumberPrimitive, element: Codec, isView: boolean): Codec {
  const TypedArray = TYPED_ARRAYS[primitive];
  const { size, alignment } = element.layout;
  const loadElements: LoadElements = (context, pointer, length) => {
    const { memory } = context;
    memory.check(pointer, length * size, alignment);
    if (size === 1 && isView) return new TypedArray(memory.bytes.buffer, pointer, length);
    return new TypedArray(memory.bytes.buffer.slice(pointer, pointer + length * size));
  };
  const storeElements: StoreElements = (context, value) => {
    if (!(value instanceof TypedArray)) return storePlainArray(context, requireArray(value));
    const pointer = allocate(context, alignment, value.byteLength);
    context.memory.bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), pointer);
    storedLength = value.length;
    return pointer;
  };
  const storePlainArray: (context: LiftLowerContext, elements: readonly unknown[]) => number = (context, elements) => {
    const pointer = allocate(context, alignment, elements.length * size);
    for (let at = 0; at < elements.length; at++) element.store(context, elements[at], pointer + at * size);
    storedLength = elements.length;
    return pointer;
  };
  return createCodec(loadElements, storeElements);
}

function requireArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value) && 'length' in value) return value as unknown as readonly unknown[];
  throw new TypeError(`expected an array, not ${describe(value)}`);
}

function allocate(context: LiftLowerContext, alignment: number, byteLength: number): number {
  if (byteLength >= MAX_LIST_BYTES) throw new Trap(`list of ${byteLength} bytes is too long`);
  return context.realloc(0, 0, alignment, byteLength);
}
