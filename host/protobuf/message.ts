// Encodes and decodes protobuf messages from a table of their fields. The tables and the types beside them are generated from `proto/`
// into `host/gen`, with protobufjs as the parser. Tables instead of protobufjs' generated functions keep a shim's memory small.
// 64-bit integers are bigint everywhere, so that cgroup limits survive. Unknown fields are dropped.
import { Reader, WireType, Writer } from './wire.ts';

/** The wire types that our messages use; an enum is an `int32`. */
export type Scalar = 'string' | 'bytes' | 'bool' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'double';

/** A field's number, its name in TypeScript, its type (a message by a function, so that order does not matter) and its label. */
export type Field = readonly [
  number: number,
  name: string,
  type: Scalar | (() => MessageType<object>),
  label?: 'repeated' | 'map' | 'optional',
];

/** A message to encode: every field may be left out, at every depth. */
export type Fields<T> = T extends string | number | bigint | boolean | Uint8Array | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Fields<Item>[]
    : { readonly [Key in keyof T]?: Fields<T[Key]> | undefined };

/** A message's name in `proto/`, and the way between its bytes and its value. */
export interface MessageType<T extends object> {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Encodes a message; fields that are left out or have their default are not written. */
  encode(message: Fields<T>): Uint8Array;
  /** Decodes a message; absent fields get their default. Byte fields are views of `bytes`. Throws `RangeError` or `Error` on malformed bytes. */
  decode(bytes: Uint8Array): T;
}

/** A method's name in `proto/` and the messages it takes and gives. */
export type MethodType<Request extends object = object, Response extends object = object> = {
  readonly name: string;
  readonly request: MessageType<Request>;
  readonly response: MessageType<Response>;
};

/** A service's full name and its methods by their name in TypeScript. */
export type ServiceType = { readonly name: string; readonly methods: Readonly<Record<string, MethodType>> };

type Values = Record<string, unknown>;

/** Creates a message type out of its table. */
export function createMessageType<T extends object>(name: string, fields: readonly Field[]): MessageType<T> {
  return {
    name,
    fields,
    encode: (message) => encodeFields(fields, message as Values),
    decode: (bytes) => decodeFields(fields, bytes, createDefaults(fields)) as T,
  };
}

const scalarDefaults: Record<Scalar, unknown> = {
  string: '',
  bytes: new Uint8Array(0),
  bool: false,
  int32: 0,
  uint32: 0,
  int64: 0n,
  uint64: 0n,
  double: 0,
};

function wireTypeOf(type: Field[2]): number {
  if (type === 'double') return WireType.FIXED_64;
  return typeof type === 'function' || type === 'string' || type === 'bytes'
    ? WireType.LENGTH_DELIMITED
    : WireType.VARINT;
}

function createDefaults(fields: readonly Field[]): Values {
  const values: Values = {};
  for (const [, name, type, label] of fields) {
    if (label === 'repeated') values[name] = [];
    else if (label === 'map') values[name] = Object.create(null);
    else values[name] = typeof type === 'function' || label === 'optional' ? undefined : scalarDefaults[type];
  }
  return values;
}

function isDefault(value: unknown): boolean {
  return !value || (value instanceof Uint8Array && value.length === 0);
}

function encodeFields(fields: readonly Field[], values: Values): Uint8Array {
  const writer = new Writer();
  for (const field of fields) {
    const [, name, type, label] = field;
    const value = values[name];
    if (value === undefined) continue;
    if (label === 'repeated') writeRepeated(writer, field, value as readonly unknown[]);
    else if (label === 'map') writeMap(writer, field, value as Values);
    else if (label === 'optional' || typeof type === 'function' || !isDefault(value)) writeField(writer, field, value);
  }
  return writer.finish();
}

function writeField(writer: Writer, [number, , type]: Field, value: unknown): void {
  writer.tag(number, wireTypeOf(type));
  writeValue(writer, type, value);
}

function writeRepeated(writer: Writer, field: Field, values: readonly unknown[]): void {
  const [number, , type] = field;
  if (wireTypeOf(type) === WireType.LENGTH_DELIMITED) {
    for (const value of values) writeField(writer, field, value);
  } else if (values.length > 0) {
    const packed = new Writer();
    for (const value of values) writeValue(packed, type, value);
    writer.tag(number, WireType.LENGTH_DELIMITED);
    writer.bytes(packed.finish());
  }
}

/** The fields of a map's entry, which is a message on the wire. */
const entryFields = (type: Field[2]): readonly Field[] => [
  [1, 'key', 'string', 'optional'],
  [2, 'value', type, 'optional'],
];

function writeMap(writer: Writer, [number, , type]: Field, entries: Values): void {
  for (const [key, value] of Object.entries(entries)) {
    writer.tag(number, WireType.LENGTH_DELIMITED);
    writer.bytes(encodeFields(entryFields(type), { key, value }));
  }
}

function writeValue(writer: Writer, type: Field[2], value: unknown): void {
  if (typeof type === 'function') writer.bytes(encodeFields(type().fields, value as Values));
  else if (type === 'bool') writer.uint32(value ? 1 : 0);
  else if (type === 'uint64') writer.int64(value as bigint);
  else writer[type](value as never);
}

function decodeFields(fields: readonly Field[], bytes: Uint8Array, values: Values): Values {
  const reader = new Reader(bytes);
  while (reader.hasMore) {
    const tag = reader.uint32();
    const field = fields.find(([number]) => number === tag >>> 3);
    if (field) readField(reader, field, tag & 7, values);
    else reader.skip(tag & 7);
  }
  return values;
}

function readField(reader: Reader, [, name, type, label]: Field, wireType: number, values: Values): void {
  const expected = label === 'map' ? WireType.LENGTH_DELIMITED : wireTypeOf(type);
  if (label === 'repeated' && wireType === WireType.LENGTH_DELIMITED && expected !== wireType) {
    const packed = new Reader(reader.bytes());
    while (packed.hasMore) (values[name] as unknown[]).push(readValue(packed, type, undefined));
  } else if (wireType !== expected) {
    reader.skip(wireType);
  } else if (label === 'map') {
    const { key = '', value } = decodeFields(entryFields(type), reader.bytes(), {});
    (values[name] as Values)[key as string] = value ?? (typeof type === 'function' ? undefined : scalarDefaults[type]);
  } else if (label === 'repeated') {
    (values[name] as unknown[]).push(readValue(reader, type, undefined));
  } else {
    values[name] = readValue(reader, type, values[name]);
  }
}

/** Reads one value; a message that is there already is read on top of it. */
function readValue(reader: Reader, type: Field[2], present: unknown): unknown {
  if (typeof type === 'function') {
    const { fields } = type();
    return decodeFields(fields, reader.bytes(), (present as Values | undefined) ?? createDefaults(fields));
  }
  return type === 'bool' ? reader.uint64() !== 0n : reader[type]();
}
