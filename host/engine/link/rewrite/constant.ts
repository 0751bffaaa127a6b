// Passes over constant expressions and what they stand in, and tells of the globals that they name.
// https://webassembly.github.io/spec/core/binary/modules.html#data-section and the sections before it

import { skipLimits, skipValueType } from '../../../../guest-runtime/link/core-type.ts';
import type { BinaryReader } from '../../../../guest-runtime/link/reader.ts';
import { NotRewritableError } from './not-rewritable.ts';

type VisitGlobal = (index: number) => void;

/** Passes over a constant expression and tells of the globals that it names. */
export function skipConstant(content: BinaryReader, visitGlobal: VisitGlobal): void {
  for (;;) {
    const opcode = content.readByte();
    switch (opcode) {
      case 0x0b:
        return;
      case 0x41:
      case 0x42:
      case 0xd0:
      case 0xd2:
        while (content.readByte() >= 0x80);
        break;
      case 0x23:
        visitGlobal(content.readU32());
        break;
      case 0x43:
        content.offset += 4;
        break;
      case 0x44:
        content.offset += 8;
        break;
      case 0x6a:
      case 0x6b:
      case 0x6c:
      case 0x7c:
      case 0x7d:
      case 0x7e:
        break;
      case 0xfd:
        content.readU32();
        content.offset += 16;
        break;
      default:
        throw new NotRewritableError(`constant instruction 0x${opcode.toString(16)}`);
    }
  }
}

export function skipGlobal(content: BinaryReader, visitGlobal: VisitGlobal): void {
  skipValueType(content);
  content.readByte();
  skipConstant(content, visitGlobal);
}

/** Passes over a table. Throws a `NotRewritableError` for one with an initial value. */
export function skipTable(content: BinaryReader): void {
  if (content.peekByte() === 0x40) throw new NotRewritableError('a table with an initial value');
  skipValueType(content);
  skipLimits(content);
}

const IS_PASSIVE = 1;
const HAS_INDEX = 2;
const HAS_EXPRESSIONS = 4;

export function skipDataSegment(content: BinaryReader, visitGlobal: VisitGlobal): void {
  const flags = content.readU32();
  if (flags & HAS_INDEX) content.readU32();
  if (!(flags & IS_PASSIVE)) skipConstant(content, visitGlobal);
  content.readRange('data segment');
}

export function skipElementSegment(content: BinaryReader, visitGlobal: VisitGlobal): void {
  const flags = content.readU32();
  const isActive = !(flags & IS_PASSIVE);
  if (isActive && flags & HAS_INDEX) content.readU32();
  if (isActive) skipConstant(content, visitGlobal);
  // Only the oldest form leaves out what kind its elements are of.
  if (flags & (IS_PASSIVE | HAS_INDEX)) skipValueType(content);
  content.readVector(() => {
    if (flags & HAS_EXPRESSIONS) skipConstant(content, visitGlobal);
    else content.readU32();
  });
}
