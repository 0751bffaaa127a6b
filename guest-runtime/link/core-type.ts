// Passes over core types where a component declares them. Nothing is kept: what a core module is, its own bytes say.
// https://webassembly.github.io/spec/core/binary/types.html

import type { BinaryReader } from './reader.ts';

const FUNCTION_TYPE = 0x60;
const MODULE_TYPE = 0x50;
const TYPED_REFERENCES = [0x63, 0x64];

/** Passes over a function type or a module type. Throws `UnsupportedComponentError` for the types of the GC proposal. */
export function skipCoreType(reader: BinaryReader): void {
  const offset = reader.offset;
  const code = reader.readByte();
  if (code === FUNCTION_TYPE) skipFunctionType(reader);
  else if (code === MODULE_TYPE) reader.readVector(() => skipModuleDeclaration(reader));
  else throw reader.unsupported(`core type ${code}`, offset);
}

function skipFunctionType(reader: BinaryReader): void {
  reader.readVector(() => skipValueType(reader));
  reader.readVector(() => skipValueType(reader));
}

/** Passes over a core value type: a byte, with a heap type behind it in a typed reference. */
export function skipValueType(reader: BinaryReader): void {
  if (TYPED_REFERENCES.includes(reader.readByte())) reader.readS33();
}

function skipModuleDeclaration(reader: BinaryReader): void {
  const offset = reader.offset;
  const kind = reader.readByte();
  switch (kind) {
    case 0x00:
      reader.readName();
      reader.readName();
      skipImportDescription(reader);
      return;
    case 0x01: {
      const typeOffset = reader.offset;
      if (reader.readByte() !== FUNCTION_TYPE) throw reader.unsupported('core type other than a function', typeOffset);
      skipFunctionType(reader);
      return;
    }
    case 0x02:
      reader.readByte();
      reader.readByte();
      reader.readU32();
      reader.readU32();
      return;
    case 0x03:
      reader.readName();
      skipImportDescription(reader);
      return;
  }
  throw reader.malformed(`unknown declaration ${kind} of a core module type`, offset);
}

/** Passes over the description of a core import: a function's type index, or the type of a table, memory, global or tag. */
export function skipImportDescription(reader: BinaryReader): void {
  const offset = reader.offset;
  const kind = reader.readByte();
  switch (kind) {
    case 0x00:
      reader.readU32();
      return;
    case 0x01:
      skipValueType(reader);
      skipLimits(reader);
      return;
    case 0x02:
      skipLimits(reader);
      return;
    case 0x03:
      skipValueType(reader);
      reader.readByte();
      return;
    case 0x04:
      reader.readByte();
      reader.readU32();
      return;
  }
  throw reader.malformed(`unknown kind ${kind} of core import`, offset);
}

/** Bits of the byte before limits. */
export const HAS_MAXIMUM = 0x01;
export const IS_64_BIT = 0x04;
export const HAS_PAGE_SIZE = 0x08;

/** Passes over the limits of a table or memory. */
export function skipLimits(reader: BinaryReader): void {
  const offset = reader.offset;
  const flags = reader.readByte();
  if (flags & IS_64_BIT) throw reader.unsupported('64-bit memory or table', offset);
  reader.readU32();
  if (flags & HAS_MAXIMUM) reader.readU32();
  if (flags & HAS_PAGE_SIZE) reader.readU32();
}
