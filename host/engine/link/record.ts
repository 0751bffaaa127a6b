// Records, tuples and flags.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#loading

import { alignTo, layoutOf, recordLayout } from '../../../guest-runtime/link/layout.ts';
import type { Codec, CoreValue } from './codec.ts';
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

/** Creates the codec of flags: an object with a boolean for each. */
export function createFlagsCodec(names: readonly string[]): Codec {
  const keys = names.map(lowerCamelCase);
  const layout = layoutOf({ tag: 'flags', val: [...names] }, []);
  const words = Math.ceil(keys.length / 32);
  const unpack = (flags: Record<string, boolean>, word: number, index: number) => {
    const first = index * 32;
    const end = Math.min(first + 32, keys.length);
    for (let at = first; at < end; at++) flags[keys[at] as string] = ((word >>> (at - first)) & 1) === 1;
  };
  const pack = (flags: Readonly<Record<string, unknown>>, index: number) => {
    const first = index * 32;
    const end = Math.min(first + 32, keys.length);
    let word = 0;
    for (let at = first; at < end; at++) if (flags[keys[at] as string]) word |= 1 << (at - first);
    return word;
  };
  return {
    layout,
    load({ memory }, pointer) {
      const flags: Record<string, boolean> = {};
      if (layout.size === 1) unpack(flags, memory.view.getUint8(pointer), 0);
      else if (layout.size === 2) unpack(flags, memory.view.getUint16(pointer, true), 0);
      else for (let at = 0; at < words; at++) unpack(flags, memory.view.getUint32(pointer + 4 * at, true), at);
      return flags;
    },
    store({ memory }, value, pointer) {
      const flags = requireObject(value);
      if (layout.size === 1) memory.view.setUint8(pointer, pack(flags, 0));
      else if (layout.size === 2) memory.view.setUint16(pointer, pack(flags, 0), true);
      else for (let at = 0; at < words; at++) memory.view.setUint32(pointer + 4 * at, pack(flags, at), true);
    },
    liftFlat(_context, flat: readonly CoreValue[], at) {
      const flags: Record<string, boolean> = {};
      for (let word = 0; word < words; word++) unpack(flags, flat[at + word] as number, word);
      return flags;
    },
    lowerFlat(_context, value, flat) {
      const flags = requireObject(value);
      for (let at = 0; at < words; at++) flat.push(pack(flags, at));
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
