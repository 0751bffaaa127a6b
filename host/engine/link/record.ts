// Records, tuples and flags.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#loading

import { alignTo, layoutOf, recordLayout } from '../../../guest-runtime/link/layout.ts';
import type { Codec } from './codec.ts';
import { lowerCamelCase } from './names.ts';
import { describe } from './primitive.ts';

/** Where a part of a record or tuple lies: `offset` in memory, `flatAt` among the core values. */
type Part<Key> = { readonly key: Key; readonly codec: Codec; readonly offset: number; readonly flatAt: number };

function placeParts<Key>(fields: readonly { readonly key: Key; readonly codec: Codec }[]): Part<Key>[] {
  let offset = 0;
  let flatAt = 0;
  return fields.map(({ key, codec }) => {
    const { size, alignment, flat } = codec.layout;
    const part = { key, codec, offset: alignTo(offset, alignment), flatAt };
    offset = part.offset + size;
    flatAt += flat.length;
    return part;
  });
}

/** Creates the codec of a record: an object with the fields' names in camel case. */
export function createRecordCodec(fields: readonly { readonly name: string; readonly codec: Codec }[]): Codec {
  const parts = placeParts(fields.map(({ name, codec }) => ({ key: lowerCamelCase(name), codec })));
  return {
    layout: recordLayout(fields.map(({ codec }) => codec.layout)),
    load(context, pointer) {
      const record: Record<string, unknown> = {};
      for (const { key, codec, offset } of parts) record[key] = codec.load(context, pointer + offset);
      return record;
    },
    store(context, value, pointer) {
      const record = requireObject(value);
      for (const { key, codec, offset } of parts) codec.store(context, record[key], pointer + offset);
    },
    liftFlat(context, flat, at) {
      const record: Record<string, unknown> = {};
      for (const { key, codec, flatAt } of parts) record[key] = codec.liftFlat(context, flat, at + flatAt);
      return record;
    },
    lowerFlat(context, value, flat) {
      const record = requireObject(value);
      for (const { key, codec } of parts) codec.lowerFlat(context, record[key], flat);
    },
  };
}

/** Creates the codec of a tuple: an array. */
export function createTupleCodec(elements: readonly Codec[]): Codec {
  const parts = placeParts(elements.map((codec, key) => ({ key, codec })));
  return {
    layout: recordLayout(elements.map(({ layout }) => layout)),
    load: (context, pointer) => parts.map(({ codec, offset }) => codec.load(context, pointer + offset)),
    store(context, value, pointer) {
      const tuple = requireTuple(value, parts.length);
      for (const { key, codec, offset } of parts) codec.store(context, tuple[key], pointer + offset);
    },
    liftFlat: (context, flat, at) => parts.map(({ codec, flatAt }) => codec.liftFlat(context, flat, at + flatAt)),
    lowerFlat(context, value, flat) {
      const tuple = requireTuple(value, parts.length);
      for (const { key, codec } of parts) codec.lowerFlat(context, tuple[key], flat);
    },
  };
}

/** Creates the codec of flags, 32 at most: an object with a boolean for each. */
export function createFlagsCodec(names: readonly string[]): Codec {
  const keys = names.map(lowerCamelCase);
  const layout = layoutOf({ tag: 'flags', val: [...names] }, []);
  const unpack = (word: number) => {
    const flags: Record<string, boolean> = {};
    for (let bit = 0; bit < keys.length; bit++) flags[keys[bit] as string] = ((word >>> bit) & 1) === 1;
    return flags;
  };
  const pack = (value: unknown) => {
    const flags = requireObject(value);
    let word = 0;
    for (let bit = 0; bit < keys.length; bit++) if (flags[keys[bit] as string]) word |= 1 << bit;
    return word;
  };
  return {
    layout,
    single: { lift: (_context, core) => unpack(core as number), lower: (_context, value) => pack(value) },
    load({ memory: { view } }, pointer) {
      if (layout.size === 1) return unpack(view.getUint8(pointer));
      return unpack(layout.size === 2 ? view.getUint16(pointer, true) : view.getInt32(pointer, true));
    },
    store({ memory: { view } }, value, pointer) {
      const word = pack(value);
      if (layout.size === 1) view.setUint8(pointer, word);
      else if (layout.size === 2) view.setUint16(pointer, word, true);
      else view.setInt32(pointer, word, true);
    },
    liftFlat: (_context, flat, at) => unpack(flat[at] as number),
    lowerFlat: (_context, value, flat) => {
      flat.push(pack(value));
    },
  };
}

function requireObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new TypeError(`expected an object, not ${describe(value)}`);
}

function requireTuple(value: unknown, length: number): readonly unknown[] {
  if (Array.isArray(value) && value.length === length) return value;
  throw new TypeError(`expected an array of ${length}, not ${describe(value)}`);
}
