// Codecs of booleans, numbers and characters.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#loading
// Numbers that are out of a type's range wrap around, as they do where JavaScript itself converts to integers.

import { layoutOf } from '../../../guest-runtime/link/layout.ts';
import type { PlanPrimitive } from '../../gen/runtime.ts';
import type { Codec, CoreValue } from './codec.ts';
import type { LinearMemory } from './linear-memory.ts';
import { Trap } from './trap.ts';

/** How one primitive type is read and written: `lift` and `lower` convert from and to its one core value. */
type Conversion = {
  read(memory: LinearMemory, pointer: number): CoreValue;
  write(memory: LinearMemory, pointer: number, value: CoreValue): void;
  lift(core: CoreValue): unknown;
  lower(value: unknown): CoreValue;
};

const read8 = (memory: LinearMemory, pointer: number) => memory.view.getUint8(pointer);
const read16 = (memory: LinearMemory, pointer: number) => memory.view.getUint16(pointer, true);
const read32 = (memory: LinearMemory, pointer: number) => memory.view.getInt32(pointer, true);
const read64 = (memory: LinearMemory, pointer: number) => memory.view.getBigInt64(pointer, true);
const write8 = (memory: LinearMemory, pointer: number, value: CoreValue) => memory.view.setInt8(pointer, Number(value));
const write16 = (memory: LinearMemory, pointer: number, value: CoreValue) =>
  memory.view.setInt16(pointer, Number(value), true);
const write32 = (memory: LinearMemory, pointer: number, value: CoreValue) =>
  memory.view.setInt32(pointer, Number(value), true);
const write64 = (memory: LinearMemory, pointer: number, value: CoreValue) =>
  memory.view.setBigInt64(pointer, BigInt(value), true);

const int8 = (core: CoreValue) => (Number(core) << 24) >> 24;
const uint8 = (core: CoreValue) => Number(core) & 0xff;
const int16 = (core: CoreValue) => (Number(core) << 16) >> 16;
const uint16 = (core: CoreValue) => Number(core) & 0xffff;
const int32 = (core: CoreValue) => Number(core) | 0;
const uint32 = (core: CoreValue) => Number(core) >>> 0;
const int64 = (core: CoreValue) => BigInt.asIntN(64, BigInt(core));
const uint64 = (core: CoreValue) => BigInt.asUintN(64, BigInt(core));

const CONVERSIONS: Readonly<Record<Exclude<PlanPrimitive, 'string'>, Conversion>> = {
  bool: { read: read8, write: write8, lift: (core) => core !== 0, lower: (value) => (value ? 1 : 0) },
  s8: { read: read8, write: write8, lift: int8, lower: (value) => int8(requireNumber(value)) },
  u8: { read: read8, write: write8, lift: uint8, lower: (value) => uint8(requireNumber(value)) },
  s16: { read: read16, write: write16, lift: int16, lower: (value) => int16(requireNumber(value)) },
  u16: { read: read16, write: write16, lift: uint16, lower: (value) => uint16(requireNumber(value)) },
  s32: { read: read32, write: write32, lift: int32, lower: (value) => int32(requireNumber(value)) },
  u32: { read: read32, write: write32, lift: uint32, lower: (value) => int32(requireNumber(value)) },
  s64: { read: read64, write: write64, lift: int64, lower: (value) => int64(requireBigInt(value)) },
  u64: { read: read64, write: write64, lift: uint64, lower: (value) => int64(requireBigInt(value)) },
  f32: {
    read: (memory, pointer) => memory.view.getFloat32(pointer, true),
    write: (memory, pointer, value) => memory.view.setFloat32(pointer, Number(value), true),
    lift: (core) => core,
    lower: (value) => Math.fround(requireNumber(value)),
  },
  f64: {
    read: (memory, pointer) => memory.view.getFloat64(pointer, true),
    write: (memory, pointer, value) => memory.view.setFloat64(pointer, Number(value), true),
    lift: (core) => core,
    lower: requireNumber,
  },
  char: { read: read32, write: write32, lift: liftChar, lower: lowerChar },
};

/** Creates the codec of a primitive type other than `string`. */
export function createPrimitiveCodec(primitive: Exclude<PlanPrimitive, 'string'>): Codec {
  const { read, write, lift, lower } = CONVERSIONS[primitive];
  return {
    layout: layoutOf({ tag: 'primitive', val: primitive }, []),
    single: { lift: (_context, core) => lift(core), lower: (_context, value) => lower(value) },
    load: (context, pointer) => lift(read(context.memory, pointer)),
    store: (context, value, pointer) => write(context.memory, pointer, lower(value)),
    liftFlat: (_context, flat, at) => lift(flat[at] as CoreValue),
    lowerFlat: (_context, value, flat) => {
      flat.push(lower(value));
    },
  };
}

function requireNumber(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`expected a number, not ${describe(value)}`);
  return value;
}

function requireBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  throw new TypeError(`expected a bigint, not ${describe(value)}`);
}

function liftChar(core: CoreValue): string {
  const code = uint32(core);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new Trap(`${code} is no Unicode scalar value`);
  return String.fromCodePoint(code);
}

function lowerChar(value: unknown): number {
  const code = typeof value === 'string' ? value.codePointAt(0) : undefined;
  const isOne = code !== undefined && (value as string).length === (code > 0xffff ? 2 : 1);
  if (!isOne || (code >= 0xd800 && code <= 0xdfff))
    throw new TypeError(`expected one character, not ${describe(value)}`);
  return code;
}

/** Says what a value is in an error. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return value === null || typeof value !== 'object' ? String(value) : `an object of ${value.constructor?.name}`;
}
