// Reads names, sorts and descriptions of imports and exports.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#import-and-export-definitions

import type { ExternDescription, NamedIndex, Sort, ValueRef } from './definition.ts';
import { PRIMITIVES } from './definition.ts';
import { isExternName, isLabel } from './extern-name.ts';
import type { BinaryReader } from './reader.ts';

const SORTS: readonly (Sort | null)[] = [null, 'func', 'value', 'type', 'component', 'instance'];

const CORE_SORTS: ReadonlyMap<number, Sort> = new Map([
  [0x00, 'core-func'],
  [0x01, 'core-table'],
  [0x02, 'core-memory'],
  [0x03, 'core-global'],
  [0x04, 'core-tag'],
  [0x10, 'core-type'],
  [0x11, 'core-module'],
  [0x12, 'core-instance'],
]);

/** Reads the name of an import or export: a kind byte, the name, and for the newest kind a version suffix apart. */
export function readExternName(reader: BinaryReader): string {
  const kindOffset = reader.offset;
  const kind = reader.readByte();
  if (kind > 2) throw reader.malformed(`unknown kind ${kind} of an import or export name`, kindOffset);
  const nameOffset = reader.offset;
  const name = reader.readName() + (kind === 2 ? reader.readName() : '');
  if (!isExternName(name))
    throw reader.malformed(`${JSON.stringify(name)} is no name of an import or export`, nameOffset);
  return name;
}

/** Reads the name of a part of a type. */
export function readLabel(reader: BinaryReader): string {
  const offset = reader.offset;
  const name = reader.readName();
  if (!isLabel(name)) throw reader.malformed(`${JSON.stringify(name)} is no label`, offset);
  return name;
}

/** Reads the byte that says whether an optional element follows. */
export function readPresence(reader: BinaryReader, what: string): boolean {
  const offset = reader.offset;
  const presence = reader.readByte();
  if (presence > 1) throw reader.malformed(`${what} must be absent (0) or present (1), not ${presence}`, offset);
  return presence === 1;
}

export function readSort(reader: BinaryReader): Sort {
  const offset = reader.offset;
  const code = reader.readByte();
  if (code === 0) return readCoreSort(reader);
  const sort = SORTS[code];
  if (!sort) throw reader.malformed(`unknown sort ${code}`, offset);
  return sort;
}

export function readCoreSort(reader: BinaryReader): Sort {
  const offset = reader.offset;
  const code = reader.readByte();
  const sort = CORE_SORTS.get(code);
  if (!sort) throw reader.malformed(`unknown core sort ${code}`, offset);
  return sort;
}

/** Reads a sort and an index under a name that was read before. */
export function readNamedIndex(reader: BinaryReader, name: string): NamedIndex {
  return { name, sort: readSort(reader), index: reader.readU32() };
}

export function readValueRef(reader: BinaryReader): ValueRef {
  const offset = reader.offset;
  const code = reader.readS33();
  if (code >= 0) return code;
  const primitive = PRIMITIVES[-1 - code];
  if (primitive) return primitive;
  if (code === ERROR_CONTEXT) throw reader.unsupported('type error-context', offset);
  throw reader.malformed(`unknown value type ${code & 0x7f}`, offset);
}

const ERROR_CONTEXT = 0x64 - 0x80;

export function readExternDescription(reader: BinaryReader): ExternDescription {
  const offset = reader.offset;
  const sort = readSort(reader);
  switch (sort) {
    case 'func':
    case 'component':
    case 'instance':
    case 'core-module':
      return { sort, type: reader.readU32() };
    case 'type':
      return { sort, bound: readTypeBound(reader) };
    case 'value':
      if (readPresence(reader, 'value type')) readValueRef(reader);
      else reader.readU32();
      return { sort };
    default:
      throw reader.malformed(`imports and exports cannot be of the sort ${sort}`, offset);
  }
}

function readTypeBound(reader: BinaryReader) {
  const offset = reader.offset;
  const kind = reader.readByte();
  if (kind === 0) return { kind: 'eq', type: reader.readU32() } as const;
  if (kind === 1) return { kind: 'resource' } as const;
  throw reader.malformed(`unknown type bound ${kind}`, offset);
}
