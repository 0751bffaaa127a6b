// Walks over the instructions of core WebAssembly, of which only few are of interest: what is behind each opcode must be known to
// find the next.
// https://webassembly.github.io/spec/core/binary/instructions.html

/** An instruction that this walker does not know, or code that ends too early. */
export class UnknownInstructionError extends Error {
  override readonly name = 'UnknownInstructionError';
}

/** What `walkInstructions` tells of. `start` is the opcode's offset, `end` that of the next instruction. */
export interface InstructionVisitor {
  /** `memory.size` (0x3f) or `memory.grow` (0x40). */
  memorySize(opcode: number, start: number, end: number): void;
  /** `global.get` (0x23) or `global.set` (0x24). */
  global(opcode: number, index: number, start: number, end: number): void;
  /** An instruction that changes a table, or drops a segment, by name. */
  irreversible(name: string): void;
}

/** What stands behind an opcode; nothing is known of those with 0. */
const NONE = 1;
const ONE_LEB = 2;
const TWO_LEBS = 3;
const MEMORY_ARGUMENT = 4;
const SPECIAL = 5;

const IMMEDIATES = new Uint8Array(256);
IMMEDIATES.fill(NONE, 0x45, 0xc5);
for (const opcode of [0x00, 0x01, 0x05, 0x0a, 0x0b, 0x0f, 0x19, 0x1a, 0x1b, 0xd1, 0xd3, 0xd4])
  IMMEDIATES[opcode] = NONE;
for (const opcode of [0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x12, 0x14, 0x15, 0x18]) {
  IMMEDIATES[opcode] = ONE_LEB;
}
for (const opcode of [0x20, 0x21, 0x22, 0x25, 0x41, 0x42, 0xd0, 0xd2, 0xd5, 0xd6]) IMMEDIATES[opcode] = ONE_LEB;
for (const opcode of [0x11, 0x13]) IMMEDIATES[opcode] = TWO_LEBS;
IMMEDIATES.fill(MEMORY_ARGUMENT, 0x28, 0x3f);
for (const opcode of [0x0e, 0x1c, 0x1f, 0x23, 0x24, 0x26, 0x3f, 0x40, 0x43, 0x44, 0xfc, 0xfd])
  IMMEDIATES[opcode] = SPECIAL;

/** Walks over the instructions between `start` and `end` of `bytes`. Throws an `UnknownInstructionError`. */
export function walkInstructions(bytes: Uint8Array, start: number, end: number, visitor: InstructionVisitor): void {
  let at = start;
  while (at < end) {
    const opcode = bytes[at] as number;
    switch (IMMEDIATES[opcode]) {
      case NONE:
        at++;
        break;
      case ONE_LEB:
        at = skipLeb(bytes, at + 1);
        break;
      case TWO_LEBS:
        at = skipLeb(bytes, skipLeb(bytes, at + 1));
        break;
      case MEMORY_ARGUMENT:
        at = skipMemoryArgument(bytes, at + 1);
        break;
      case SPECIAL:
        at = walkSpecial(bytes, at, opcode, visitor);
        break;
      default:
        throw new UnknownInstructionError(`instruction 0x${opcode.toString(16)}`);
    }
  }
  if (at !== end) throw new UnknownInstructionError('instruction that is cut short');
}

/** Returns the offset behind a LEB128 integer. */
function skipLeb(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] as number) >= 0x80) at++;
  return at + 1;
}

/** Reads an unsigned LEB128 integer of 32 bits. */
function readLeb(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start, factor = 1; ; at++, factor *= 128) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * factor;
    if (!(byte >= 0x80)) return value;
  }
}

const HAS_MEMORY_INDEX = 0x40;

function skipMemoryArgument(bytes: Uint8Array, start: number): number {
  const hasIndex = ((bytes[start] as number) & HAS_MEMORY_INDEX) !== 0;
  const offset = skipLeb(bytes, start);
  return skipLeb(bytes, hasIndex ? skipLeb(bytes, offset) : offset);
}

function walkSpecial(bytes: Uint8Array, at: number, opcode: number, visitor: InstructionVisitor): number {
  switch (opcode) {
    case 0x0e:
      return skipLebs(bytes, at + 1, 1);
    case 0x1c:
      return skipLebs(bytes, at + 1, 0);
    case 0x1f:
      return skipTryTable(bytes, at + 1);
    case 0x23:
    case 0x24: {
      const end = skipLeb(bytes, at + 1);
      visitor.global(opcode, readLeb(bytes, at + 1), at, end);
      return end;
    }
    case 0x26:
      visitor.irreversible('table.set');
      return skipLeb(bytes, at + 1);
    case 0x3f:
    case 0x40: {
      const end = skipLeb(bytes, at + 1);
      visitor.memorySize(opcode, at, end);
      return end;
    }
    case 0x43:
      return at + 5;
    case 0x44:
      return at + 9;
    case 0xfc:
      return walkPrefixed(bytes, at + 1, visitor);
    default:
      return walkVector(bytes, at + 1);
  }
}

/** A vector of LEB128 integers, and as many more. */
function skipLebs(bytes: Uint8Array, start: number, more: number): number {
  let at = skipLeb(bytes, start);
  for (let left = readLeb(bytes, start) + more; left > 0; left--) {
    if (at >= bytes.length) throw new UnknownInstructionError('instruction that is cut short');
    at = skipLeb(bytes, at);
  }
  return at;
}

function skipTryTable(bytes: Uint8Array, start: number): number {
  const catches = skipLeb(bytes, start);
  let at = skipLeb(bytes, catches);
  for (let left = readLeb(bytes, catches); left > 0; left--) {
    if (at >= bytes.length) throw new UnknownInstructionError('instruction that is cut short');
    const hasTag = (bytes[at] as number) < 2;
    at = skipLeb(bytes, hasTag ? skipLeb(bytes, at + 1) : at + 1);
  }
  return at;
}

/** Names and numbers of immediates of the instructions behind 0xfc that are no conversions. */
const BULK: readonly (readonly [name: string, immediates: number, isIrreversible: boolean])[] = [
  ['memory.init', 2, false],
  ['data.drop', 1, true],
  ['memory.copy', 2, false],
  ['memory.fill', 1, false],
  ['table.init', 2, true],
  ['elem.drop', 1, true],
  ['table.copy', 2, true],
  ['table.grow', 1, true],
  ['table.size', 1, false],
  ['table.fill', 1, true],
];

function walkPrefixed(bytes: Uint8Array, start: number, visitor: InstructionVisitor): number {
  const code = readLeb(bytes, start);
  let at = skipLeb(bytes, start);
  if (code < 8 || (code >= 19 && code <= 22)) return at;
  const bulk = BULK[code - 8];
  if (bulk === undefined) throw new UnknownInstructionError(`instruction 0xfc 0x${code.toString(16)}`);
  const [name, immediates, isIrreversible] = bulk;
  if (isIrreversible) visitor.irreversible(name);
  for (let left = immediates; left > 0; left--) at = skipLeb(bytes, at);
  return at;
}

const LAST_VECTOR_INSTRUCTION = 0x113;

function walkVector(bytes: Uint8Array, start: number): number {
  const code = readLeb(bytes, start);
  const at = skipLeb(bytes, start);
  if (code <= 11 || code === 92 || code === 93) return skipMemoryArgument(bytes, at);
  if (code === 12 || code === 13) return at + 16;
  if (code >= 21 && code <= 34) return at + 1;
  if (code >= 84 && code <= 91) return skipMemoryArgument(bytes, at) + 1;
  if (code <= LAST_VECTOR_INSTRUCTION) return at;
  throw new UnknownInstructionError(`instruction 0xfd 0x${code.toString(16)}`);
}
