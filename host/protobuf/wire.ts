// The wire format of protobuf: varints, doubles and length-delimited bytes, one after the other. Which of them means what is for
// message.ts. Our own in sixty lines each way, because protobufjs' would be a third of the shim's code and memory.
// https://protobuf.dev/programming-guides/encoding/

/** The wire types that are written today; the two of groups are refused. */
export const WireType = { VARINT: 0, FIXED_64: 1, LENGTH_DELIMITED: 2, FIXED_32: 5 } as const;

// A varint of 64 bits has at most ten bytes of seven bits.
const MAX_VARINT_LENGTH = 10;
const INITIAL_LENGTH = 256;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Gathers bytes. */
export class Writer {
  #bytes = new Uint8Array(INITIAL_LENGTH);
  #length = 0;

  /** Gives what was written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  tag(field: number, wireType: number): void {
    this.uint32((field << 3) | wireType);
  }

  uint32(value: number): void {
    this.#reserve(MAX_VARINT_LENGTH);
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  /** A negative number is written as one of 64 bits. */
  int32(value: number): void {
    if (value < 0) this.int64(BigInt(value));
    else this.uint32(value);
  }

  /** Signed or unsigned: only the lowest 64 bits count. */
  int64(value: bigint): void {
    this.#reserve(MAX_VARINT_LENGTH);
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  double(value: number): void {
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Writes the length of the bytes and the bytes. */
  bytes(value: Uint8Array): void {
    this.uint32(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  string(value: string): void {
    this.bytes(encoder.encode(value));
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Takes bytes apart, from the front. Everything throws `RangeError` when they end too early. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.#at < this.#bytes.length;
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  /** Reads a varint of any length; only the lowest 32 bits count. */
  int32(): number {
    let value = 0;
    for (let index = 0; index < MAX_VARINT_LENGTH; index++) {
      const byte = this.#take();
      // Shifts count modulo 32, so the bytes from the sixth on must stay out.
      if (index < 5) value |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint is longer than ten bytes');
  }

  uint64(): bigint {
    let value = 0n;
    for (let index = 0; index < MAX_VARINT_LENGTH; index++) {
      const byte = this.#take();
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a varint is longer than ten bytes');
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  double(): number {
    const { buffer, byteOffset } = this.#view(8);
    return new DataView(buffer, byteOffset).getFloat64(0, true);
  }

  /** Gives a view of the bytes, not a copy. */
  bytes(): Uint8Array {
    return this.#view(this.uint32());
  }

  string(): string {
    return decoder.decode(this.bytes());
  }

  /** Passes over a value. Throws on a wire type that nothing writes any more. */
  skip(wireType: number): void {
    if (wireType === WireType.VARINT) this.int32();
    else if (wireType === WireType.FIXED_64) this.#view(8);
    else if (wireType === WireType.LENGTH_DELIMITED) this.bytes();
    else if (wireType === WireType.FIXED_32) this.#view(4);
    else throw new RangeError(`wire type ${wireType} is not supported`);
  }

  #take(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('the bytes end within a field');
    return byte;
  }

  #view(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('the bytes end within a field');
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }
}
