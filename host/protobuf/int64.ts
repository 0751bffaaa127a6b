// 64-bit varints as bigint. protobufjs would give a `Long` object or, without that package, a number that has lost its low bits.
import type { Reader, Writer } from 'protobufjs/minimal.js';

// A 64-bit varint has at most ten bytes of seven bits.
const MAX_VARINT_LENGTH = 10;

/** Reads a `uint64`. Throws `RangeError` when the bytes end within it. */
export function readUint64(reader: Reader): bigint {
  let value = 0n;
  for (let index = 0; index < MAX_VARINT_LENGTH; index++) {
    if (reader.pos >= reader.len) throw new RangeError('varint reaches beyond its message');
    const byte = reader.buf[reader.pos++] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new RangeError('varint is longer than ten bytes');
}

/** Reads an `int64`. Throws `RangeError` when the bytes end within it. */
export function readInt64(reader: Reader): bigint {
  return BigInt.asIntN(64, readUint64(reader));
}

/** Writes an `int64` or `uint64`; only the lowest 64 bits count. */
export function writeInt64(writer: Writer, value: bigint): void {
  const low = Number(BigInt.asUintN(32, value));
  const high = Number(BigInt.asUintN(32, value >> 32n));
  writer.uint64({ low, high, unsigned: true } as never);
}
