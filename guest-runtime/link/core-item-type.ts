// The types of a core module's tables, memories and globals, imported or defined, and whether one is given where another is wanted.
// https://webassembly.github.io/spec/core/valid/matching.html
// What is not understood is null and fits everywhere: V8 compares it once more.

import { HAS_MAXIMUM, HAS_PAGE_SIZE, IS_64_BIT, skipValueType } from './core-type.ts';
import type { Sort } from './definition.ts';
import type { BinaryReader } from './reader.ts';

/** The type of a table, memory or global. */
export type CoreItemType = {
  /** Of the elements or the value, as in the binary format; 0 for a memory. */
  readonly value: number;
  /** What must be equal: that a global can be changed, that a memory is shared. */
  readonly flags: number;
  /** Elements or pages; 0 for a global. */
  readonly minimum: number;
  readonly maximum: number | null;
};

const MUTABLE = 0x01;
const SHARED = 0x02;
const TABLE_WITH_VALUE = 0x40;
const TYPED_REFERENCES = [0x63, 0x64];

/** Reads the type that stands in an import, behind the byte for its sort. Throws `UnsupportedComponentError` for 64-bit limits. */
export function readItemType(reader: BinaryReader, sort: Sort): CoreItemType | null {
  switch (sort) {
    case 'core-table': {
      const value = readValueType(reader);
      const limits = readLimits(reader);
      return value === null || limits === null ? null : { ...limits, value };
    }
    case 'core-memory':
      return readLimits(reader);
    case 'core-global': {
      const value = readValueType(reader);
      const flags = reader.readByte() & MUTABLE;
      return value === null ? null : { value, flags, minimum: 0, maximum: null };
    }
    default:
      reader.readByte();
      reader.readU32();
      return null;
  }
}

/** Returns nothing for references to types that the module defines. */
function readValueType(reader: BinaryReader): number | null {
  const code = reader.peekByte();
  skipValueType(reader);
  return TYPED_REFERENCES.includes(code) ? null : code;
}

function readLimits(reader: BinaryReader): CoreItemType | null {
  const offset = reader.offset;
  const flags = reader.readByte();
  if (flags & IS_64_BIT) throw reader.unsupported('64-bit memory or table', offset);
  const minimum = reader.readU32();
  const maximum = flags & HAS_MAXIMUM ? reader.readU32() : null;
  if (!(flags & HAS_PAGE_SIZE)) return { value: 0, flags: flags & SHARED, minimum, maximum };
  reader.readU32();
  return null;
}

/** Reads the types of a section of definitions up to the first that is not understood: those behind it are not known either. */
export function readDefinedTypes(reader: BinaryReader, sort: Sort): (CoreItemType | null)[] {
  const types: (CoreItemType | null)[] = [];
  for (let left = reader.readCount(); left > 0; left--) {
    const first = reader.peekByte();
    if (sort === 'core-memory' ? first & IS_64_BIT : first === TABLE_WITH_VALUE) break;
    if (sort === 'core-table' && isLarge(reader)) break;
    types.push(readItemType(reader, sort));
    if (sort === 'core-global' && !skipConstant(reader)) break;
  }
  return types;
}

function isLarge(reader: BinaryReader): boolean {
  const { offset } = reader;
  skipValueType(reader);
  const flags = reader.readByte();
  reader.offset = offset;
  return (flags & IS_64_BIT) !== 0;
}

/** Passes over a constant expression. Returns whether it was one of those that are understood. */
function skipConstant(reader: BinaryReader): boolean {
  for (;;) {
    switch (reader.readByte()) {
      case 0x0b:
        return true;
      case 0x23:
      case 0x41:
      case 0x42:
      case 0xd0:
      case 0xd2:
        // An integer ends with its first byte below 0x80.
        while (reader.readByte() >= 0x80);
        break;
      case 0x43:
        reader.offset += 4;
        break;
      case 0x44:
        reader.offset += 8;
        break;
      default:
        return false;
    }
  }
}

/** Says why what is `found` cannot be given for what is `wanted`; nothing where it can. */
export function findMismatch(found: CoreItemType | null, wanted: CoreItemType | null): string | null {
  if (found === null || wanted === null) return null;
  if (found.value !== wanted.value) return 'of another type';
  if (found.flags !== wanted.flags) return 'shared, or mutable, where the other is not';
  if (found.minimum < wanted.minimum) return `of at least ${found.minimum}, not ${wanted.minimum}`;
  if (wanted.maximum === null) return null;
  if (found.maximum === null) return `without a maximum, not of at most ${wanted.maximum}`;
  return found.maximum > wanted.maximum ? `of at most ${found.maximum}, not ${wanted.maximum}` : null;
}
