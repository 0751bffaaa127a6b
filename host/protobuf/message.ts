// Encodes and decodes protobuf messages from a table of their fields, with protobufjs' reader and writer underneath. The tables and
// the types beside them are generated from `proto/` into `host/gen`. Tables instead of generated functions keep a shim's memory small.
// 64-bit integers are bigint everywhere, so that cgroup limits survive. Unknown fields are dropped.
import { Reader, Writer } from 'protobufjs/minimal.js';
import { readInt64, readUint64, writeInt64 } from './int64.ts';

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
  /** Whether any number of responses come. */
  readonly hasResponseStream?: true;
};

/** A service's full name and its methods by their name in TypeScript. */
export type ServiceType = { readonly name: string; readonly methods: Readonly<Record<string, MethodType>> };

type Values = Record<string, unknown>;

/** Creates a message type out of its table. */
export function createMessageType<T extends object>(name: string, fields: readonly Field[]): MessageType<T> {
  return {
    name,
    fields,
    encode: (message) => writeFields(Writer.create(), fields, message as Values).finish(),
    decode: (bytes) => {
      const reader = Reader.create(bytes);
      return readFields(reader, reader.len, fields, createDefaults(fields)) as T;
    },
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

// https://protobuf.dev/programming-guides/encoding/#structure
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;

function wireTypeOf(type: Field[2]): number {
  if (type === 'double') return FIXED_64;
  return typeof type === 'function' || type === 'string' || type === 'bytes' ? LENGTH_DELIMITED : VARINT;
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

function writeFields(writer: Writer, fields: readonly Field[], values: Values): Writer {
  for (const [number, name, type, label] of fields) {
    const value = values[name];
    if (value === undefined) continue;
    if (label === 'repeated') writeRepeated(writer, number, type, value as readonly unknown[]);
    else if (label === 'map') writeMap(writer, number, type, value as Values);
    else if (label === 'optional' || typeof type === 'function' || !isDefault(value))
      writeOne(writer, number, type, value);
  }
  return writer;
}

function writeOne(writer: Writer, number: number, type: Field[2], value: unknown): void {
  writer.uint32((number << 3) | wireTypeOf(type));
  writeValue(writer, type, value);
}

function writeRepeated(writer: Writer, number: number, type: Field[2], values: readonly unknown[]): void {
  if (wireTypeOf(type) === LENGTH_DELIMITED) {
    for (const value of values) writeOne(writer, number, type, value);
  } else if (values.length > 0) {
    writer.uint32((number << 3) | LENGTH_DELIMITED).fork();
    for (const value of values) writeValue(writer, type, value);
    writer.ldelim();
  }
}

function writeMap(writer: Writer, number: number, type: Field[2], entries: Values): void {
  for (const [key, value] of Object.entries(entries)) {
    writer.uint32((number << 3) | LENGTH_DELIMITED).fork();
    writeOne(writer, 1, 'string', key);
    writeOne(writer, 2, type, value);
    writer.ldelim();
  }
}

function writeValue(writer: Writer, type: Field[2], value: unknown): void {
  if (typeof type === 'function') writeFields(writer.fork(), type().fields, value as Values).ldelim();
  else if (type === 'int64' || type === 'uint64') writeInt64(writer, value as bigint);
  else writer[type](value as never);
}

function readFields(reader: Reader, end: number, fields: readonly Field[], values: Values): Values {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = fields.find(([number]) => number === tag >>> 3);
    if (!field) reader.skipType(tag & 7);
    else readField(reader, field, tag & 7, values);
  }
  if (reader.pos !== end) throw new RangeError('field reaches beyond its message');
  return values;
}

function readField(reader: Reader, [, name, type, label]: Field, wireType: number, values: Values): void {
  const isPacked = label === 'repeated' && wireType === LENGTH_DELIMITED && wireTypeOf(type) !== LENGTH_DELIMITED;
  if (isPacked) {
    const list = values[name] as unknown[];
    const end = readEnd(reader);
    while (reader.pos < end) list.push(readValue(reader, type, undefined));
  } else if (label === 'map') {
    const fields: readonly Field[] = [
      [1, 'key', 'string'],
      [2, 'value', type],
    ];
    const entry = readFields(reader, readEnd(reader), fields, createDefaults(fields));
    (values[name] as Values)[entry['key'] as string] = entry['value'];
  } else if (wireType !== wireTypeOf(type)) {
    reader.skipType(wireType);
  } else if (label === 'repeated') {
    (values[name] as unknown[]).push(readValue(reader, type, undefined));
  } else {
    values[name] = readValue(reader, type, values[name]);
  }
}

function readEnd(reader: Reader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError('field reaches beyond its message');
  return end;
}

function readValue(reader: Reader, type: Field[2], present: unknown): unknown {
  if (typeof type === 'function') {
    const { fields } = type();
    return readFields(reader, readEnd(reader), fields, (present as Values | undefined) ?? createDefaults(fields));
  }
  if (type === 'int64') return readInt64(reader);
  if (type === 'uint64') return readUint64(reader);
  return reader[type]();
}
