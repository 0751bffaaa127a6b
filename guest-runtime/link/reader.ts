// Reads the primitives that the core and the component binary formats share: bytes, LEB128 integers, names, vectors.
// https://webassembly.github.io/spec/core/binary/values.html
// Bytes come from an untrusted app: every read is bounded, and every error says at which byte of the file it stands.

/** Input that is not a component, or one that uses what this linker does not support. `offset` counts bytes from the file's start. */
export class MalformedComponentError extends Error {
  override readonly name = 'MalformedComponentError';
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super(`${problem} (at byte ${offset})`);
    this.offset = offset;
  }
}

/** A component that is well formed and uses `feature`, which this linker does not know. Another engine may. */
export class UnsupportedComponentError extends Error {
  override readonly name = 'UnsupportedComponentError';
  readonly feature: string;
  readonly offset: number;

  constructor(feature: string, offset: number) {
    super(`${feature} is not supported (at byte ${offset})`);
    this.feature = feature;
    this.offset = offset;
  }
}

/** How many elements a file may still have: what is built from them takes far more memory than their bytes. */
export type ElementBudget = { left: number };

const MAX_ELEMENTS = 1_000_000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A cursor over `bytes` from `offset` to `end`. Offsets are those of the whole file, also in a reader of one section. */
export class BinaryReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly budget: ElementBudget;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length, budget: ElementBudget = { left: MAX_ELEMENTS }) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
    this.budget = budget;
  }

  get isAtEnd(): boolean {
    return this.offset >= this.end;
  }

  /** Makes the error for a problem found at `offset`, by default at the cursor. */
  malformed(problem: string, offset = this.offset): MalformedComponentError {
    return new MalformedComponentError(problem, offset);
  }

  /** Makes the error for what is well formed but not known to this linker. */
  unsupported(feature: string, offset = this.offset): UnsupportedComponentError {
    return new UnsupportedComponentError(feature, offset);
  }

  peekByte(): number {
    const byte = this.offset < this.end ? this.bytes[this.offset] : undefined;
    if (byte === undefined) throw this.malformed('unexpected end');
    return byte;
  }

  readByte(): number {
    const byte = this.peekByte();
    this.offset++;
    return byte;
  }

  /** Reads an unsigned LEB128 integer of at most 32 bits. */
  readU32(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.readByte();
      if (shift === 28 && byte > 0x0f) throw this.malformed('integer does not fit in 32 bits', start);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw this.malformed('integer does not fit in 32 bits', start);
  }

  /** Reads a signed LEB128 integer of at most 33 bits: a type index, or the negative code of a type. */
  readS33(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.readByte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte >= 0x80) continue;
      if (shift === 28 && byte > 0x0f && byte < 0x70) break;
      return (byte & 0x40) === 0 ? value : value - 2 ** (shift + 7);
    }
    throw this.malformed('integer does not fit in 33 bits', start);
  }

  /** Reads the length of a vector. Each element takes a byte at least, so no vector is longer than what is left. */
  readCount(): number {
    const start = this.offset;
    const count = this.readU32();
    if (count > this.end - this.offset)
      throw this.malformed(`vector of ${count} elements ends after its section`, start);
    this.budget.left -= count;
    if (this.budget.left < 0) throw this.malformed(`more than ${MAX_ELEMENTS} elements`, start);
    return count;
  }

  readVector<T>(readElement: () => T): T[] {
    const elements: T[] = [];
    for (let count = this.readCount(); count > 0; count--) elements.push(readElement());
    return elements;
  }

  readName(): string {
    const { start, end } = this.readRange('name');
    try {
      return utf8.decode(this.bytes.subarray(start, end));
    } catch {
      throw this.malformed('name is not UTF-8', start);
    }
  }

  /** Reads a byte length and passes over that many bytes. */
  readRange(what: string): { readonly start: number; readonly end: number } {
    const lengthOffset = this.offset;
    const length = this.readU32();
    const start = this.offset;
    if (length > this.end - start)
      throw this.malformed(`${what} of ${length} bytes ends after its section`, lengthOffset);
    this.offset = start + length;
    return { start, end: this.offset };
  }
}
