// Parses type definitions, and the declarations that component and instance types consist of.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions

import { parseAlias } from './alias-parser.ts';
import { skipCoreType } from './core-type.ts';
import type { Definition, LabelledRef, TypeDefinition, ValueRef } from './definition.ts';
import { PRIMITIVES } from './definition.ts';
import { readExternDescription, readExternName, readLabel, readPresence, readValueRef } from './extern-reader.ts';
import type { BinaryReader } from './reader.ts';

const UNSUPPORTED: ReadonlyMap<number, string> = new Map([
  [0x67, 'type list of fixed length'],
  [0x66, 'type stream'],
  [0x65, 'type future'],
  [0x64, 'type error-context'],
  [0x63, 'type map'],
  [0x43, 'async function type'],
  [0x3e, 'resource with an async destructor'],
]);

/** How deep components and their types may nest. Real ones nest three or four deep; the parser recurses. */
export const MAX_NESTING = 100;

/** Parses one type definition. `depth` counts the components and types around it. */
export function parseType(reader: BinaryReader, depth: number): TypeDefinition {
  const offset = reader.offset;
  const code = reader.readByte();
  switch (code) {
    case 0x42:
      return { kind: 'instance', declarations: parseDeclarations(reader, depth + 1, false) };
    case 0x41:
      return { kind: 'component', declarations: parseDeclarations(reader, depth + 1, true) };
    case 0x40:
      return { kind: 'func', params: readParams(reader), result: readResult(reader) };
    case 0x3f:
      return parseResource(reader);
  }
  const type = parseValueType(reader, code);
  if (type) return type;
  const unsupported = UNSUPPORTED.get(code);
  throw unsupported ? reader.unsupported(unsupported, offset) : reader.malformed(`unknown type ${code}`, offset);
}

function parseValueType(reader: BinaryReader, code: number): TypeDefinition | null {
  const primitive = PRIMITIVES[0x7f - code];
  if (primitive) return { kind: 'primitive', primitive };
  switch (code) {
    case 0x72:
      return { kind: 'record', fields: readNamed(reader, 'record', () => readLabelled(reader)) };
    case 0x71:
      return { kind: 'variant', cases: readNamed(reader, 'variant', () => readCase(reader)) };
    case 0x70:
      return { kind: 'list', element: readValueRef(reader) };
    case 0x6f:
      return { kind: 'tuple', elements: readSome(reader, 'tuple', () => readValueRef(reader)) };
    case 0x6e:
      return { kind: 'flags', names: readFlagNames(reader) };
    case 0x6d:
      return { kind: 'enum', names: readNames(reader, 'enum') };
    case 0x6b:
      return { kind: 'option', element: readValueRef(reader) };
    case 0x6a:
      return { kind: 'result', ok: readOptionalRef(reader), error: readOptionalRef(reader) };
    case 0x69:
      return { kind: 'own', resource: reader.readU32() };
    case 0x68:
      return { kind: 'borrow', resource: reader.readU32() };
    default:
      return null;
  }
}

/** Reads a vector that must have elements. */
function readSome<T>(reader: BinaryReader, what: string, readElement: () => T): T[] {
  const offset = reader.offset;
  const elements = reader.readVector(readElement);
  if (elements.length === 0) throw reader.malformed(`${what} without elements`, offset);
  return elements;
}

type Named = { readonly name: string };

function readNamed<T extends Named>(reader: BinaryReader, what: string, readElement: () => T): T[] {
  const offset = reader.offset;
  const elements = readSome(reader, what, readElement);
  requireDistinct(reader, what, elements, offset);
  return elements;
}

function readNames(reader: BinaryReader, what: string): string[] {
  return readNamed(reader, what, () => ({ name: readLabel(reader) })).map(({ name }) => name);
}

function readParams(reader: BinaryReader): LabelledRef[] {
  const offset = reader.offset;
  const params = reader.readVector(() => readLabelled(reader));
  requireDistinct(reader, 'function', params, offset);
  return params;
}

/** Names that differ in case alone are the same. */
function requireDistinct(reader: BinaryReader, what: string, elements: readonly Named[], offset: number): void {
  const names = new Set<string>();
  for (const { name } of elements) {
    if (names.has(name.toLowerCase())) throw reader.malformed(`"${name}" stands twice in a ${what}`, offset);
    names.add(name.toLowerCase());
  }
}

const MAX_FLAGS = 32;

function readFlagNames(reader: BinaryReader): string[] {
  const offset = reader.offset;
  const names = readNames(reader, 'flags');
  if (names.length > MAX_FLAGS) throw reader.malformed(`more than ${MAX_FLAGS} flags`, offset);
  return names;
}

function readLabelled(reader: BinaryReader): LabelledRef {
  return { name: readLabel(reader), type: readValueRef(reader) };
}

function readOptionalRef(reader: BinaryReader): ValueRef | null {
  return readPresence(reader, 'type') ? readValueRef(reader) : null;
}

function readCase(reader: BinaryReader): { name: string; type: ValueRef | null } {
  const variantCase = { name: readLabel(reader), type: readOptionalRef(reader) };
  const offset = reader.offset;
  if (reader.readByte() !== 0) throw reader.malformed('variant case that refines another', offset);
  return variantCase;
}

function readResult(reader: BinaryReader): ValueRef | null {
  const offset = reader.offset;
  const kind = reader.readByte();
  if (kind === 0) return readValueRef(reader);
  if (kind !== 1) throw reader.malformed(`unknown kind ${kind} of results`, offset);
  if (reader.readU32() !== 0) throw reader.unsupported('function with named results', offset);
  return null;
}

const REP_I32 = 0x7f;

function parseResource(reader: BinaryReader): TypeDefinition {
  const offset = reader.offset;
  if (reader.readByte() !== REP_I32) throw reader.malformed('representation of a resource must be i32', offset);
  return { kind: 'resource', destructor: readPresence(reader, 'destructor') ? reader.readU32() : null };
}

function parseDeclarations(reader: BinaryReader, depth: number, mayImport: boolean): Definition[] {
  if (depth > MAX_NESTING) throw reader.malformed(`types nest deeper than ${MAX_NESTING}`);
  return reader.readVector(() => parseDeclaration(reader, depth, mayImport));
}

function parseDeclaration(reader: BinaryReader, depth: number, mayImport: boolean): Definition {
  const offset = reader.offset;
  const code = reader.readByte();
  if (code === 0x00) {
    skipCoreType(reader);
    return { offset, kind: 'core-type' };
  }
  if (code === 0x01) return { offset, kind: 'type', type: parseType(reader, depth) };
  if (code === 0x02) return parseAlias(reader);
  const kind = code === 0x04 ? 'export-declaration' : code === 0x03 && mayImport ? 'import' : null;
  if (kind === null) throw reader.malformed(`unknown declaration ${code}`, offset);
  return { offset, kind, name: readExternName(reader), description: readExternDescription(reader) };
}
