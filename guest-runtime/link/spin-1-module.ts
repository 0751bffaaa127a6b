// A core module of an SDK for Spin 1 (wit-bindgen 0.2), as Go's was until Spin 3, under the names that the tools of today know: the
// binary interface is the same, its imports and exports were called otherwise.
// https://github.com/spinframework/spin/tree/main/crates/componentize

import { concatenate, type Piece } from '../../host/bytes.ts';
import { BinaryReader } from './reader.ts';

/** How the SDKs of Spin 1 name their handlers, and the export that each is. */
const HANDLERS: ReadonlyMap<string, string> = new Map([
  ['handle-http-request', 'fermyon:spin/inbound-http#handle-request'],
  ['handle-redis-message', 'fermyon:spin/inbound-redis#handle-message'],
]);

const EXPORTS: ReadonlyMap<string, string> = new Map([
  ...HANDLERS,
  ['canonical_abi_realloc', 'cabi_realloc'],
  // What had to be called before the handler is called when the component is instantiated.
  ['_start', '_initialize'],
]);

/** Modules that were imported, and the interfaces that they are. */
const IMPORTS: ReadonlyMap<string, string> = new Map([
  ['key-value', 'key-value'],
  ['llm', 'llm'],
  ['outbound-mysql', 'mysql'],
  ['outbound-pg', 'postgres'],
  ['outbound-redis', 'redis'],
  ['spin-config', 'config'],
  ['sqlite', 'sqlite'],
  ['wasi-outbound-http', 'http'],
]);

const PREAMBLE_BYTES = 8;
const IMPORT_SECTION = 2;
const EXPORT_SECTION = 7;

/** A module with its new names, and the world of `fermyon:spin` that it is for. */
export type Spin1Module = { readonly module: Uint8Array; readonly world: string };

/** Tells whether a function is a handler of Spin 1. */
export function isSpin1Handler(name: string): boolean {
  return HANDLERS.has(name);
}

/** Renames what a module imports and exports. Throws `MalformedComponentError` for what is no module. */
export function renameSpin1Module(bytes: Uint8Array): Spin1Module {
  const reader = new BinaryReader(bytes, PREAMBLE_BYTES);
  const pieces: Piece[] = [bytes.subarray(0, PREAMBLE_BYTES)];
  const handlers = new Set<string>();
  while (!reader.isAtEnd) {
    const start = reader.offset;
    const id = reader.readByte();
    const range = reader.readRange('section');
    const section = new BinaryReader(bytes, range.start, range.end, reader.budget);
    if (id === IMPORT_SECTION) pieces.push(...encodeSection(id, renameImports(section)));
    else if (id === EXPORT_SECTION) pieces.push(...encodeSection(id, renameExports(section, handlers)));
    else pieces.push(bytes.subarray(start, range.end));
  }
  return { module: concatenate(pieces), world: [...handlers].sort().join('-and-') };
}

function renameImports(section: BinaryReader): Piece[] {
  const pieces: Piece[] = [];
  const count = section.readU32();
  for (let index = 0; index < count; index++) {
    const [module, name] = [section.readName(), section.readName()];
    const known = IMPORTS.get(module);
    pieces.push(encodeName(known === undefined ? module : `fermyon:spin/${known}`));
    pieces.push(encodeName(module === 'wasi-outbound-http' && name === 'request' ? 'send-request' : name));
    const start = section.offset;
    skipImportType(section);
    pieces.push(section.bytes.subarray(start, section.offset));
  }
  return [encodeU32(count), ...pieces];
}

function renameExports(section: BinaryReader, handlers: Set<string>): Piece[] {
  const pieces: Piece[] = [];
  const count = section.readU32();
  for (let index = 0; index < count; index++) {
    const name = section.readName();
    if (isSpin1Handler(name)) handlers.add(name);
    pieces.push(encodeName(EXPORTS.get(name) ?? name));
    const start = section.offset;
    section.readByte();
    section.readU32();
    pieces.push(section.bytes.subarray(start, section.offset));
  }
  return [encodeU32(count), ...pieces];
}

/** https://webassembly.github.io/spec/core/binary/modules.html#import-section */
function skipImportType(section: BinaryReader): void {
  const kind = section.readByte();
  if (kind === 1) section.readByte();
  if (kind === 1 || kind === 2) {
    const hasMaximum = section.readByte() & 1;
    section.readU32();
    if (hasMaximum) section.readU32();
  } else if (kind === 3) {
    section.readByte();
    section.readByte();
  } else if (kind === 0) {
    section.readU32();
  } else {
    throw section.malformed(`unknown kind of import ${kind}`);
  }
}

function encodeSection(id: number, content: readonly Piece[]): Piece[] {
  return [[id], encodeU32(content.reduce((sum, piece) => sum + piece.length, 0)), ...content];
}

function encodeName(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  return concatenate([encodeU32(text.length), text]);
}

function encodeU32(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left & 0x7f) | 0x80);
  return [...bytes, left];
}
