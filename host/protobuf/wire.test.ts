import { Buffer } from 'node:buffer';
import protobuf from 'protobufjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Reader, WireType, Writer } from './wire.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function write(run: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  run(writer);
  return writer.finish();
}

const edges32 = [0, 1, 127, 128, 16383, 16384, 2 ** 21, 2 ** 28 - 1, 2 ** 28, 2 ** 31 - 1];
const edges64 = [0n, 1n, 127n, 128n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n];

const writing = suite('Writer');

writing('writes what protobufjs writes', () => {
  for (const value of [...edges32, 2 ** 31, 2 ** 32 - 1]) {
    assert.is(hex(write((writer) => writer.uint32(value))), hex(protobuf.Writer.create().uint32(value).finish()));
  }
  for (const value of [...edges32, ...edges32.map((edge) => -edge), -(2 ** 31)]) {
    assert.is(
      hex(write((writer) => writer.int32(value))),
      hex(protobuf.Writer.create().int32(value).finish()),
      `${value}`,
    );
  }
  for (const value of [0, -0, 0.1, -1e300, Infinity, Number.MIN_VALUE]) {
    assert.is(hex(write((writer) => writer.double(value))), hex(protobuf.Writer.create().double(value).finish()));
  }
  for (const value of ['', 'plain', 'schön', '\u{1f600}', '\ufeffmark']) {
    assert.is(hex(write((writer) => writer.string(value))), hex(protobuf.Writer.create().string(value).finish()));
  }
});

writing('writes one byte for seven bits, and ten for a negative number', () => {
  assert.equal([...write((writer) => writer.int64(127n))], [127]);
  assert.equal([...write((writer) => writer.int64(128n))], [128, 1]);
  assert.equal([...write((writer) => writer.int64(-1n))], [...Array(9).fill(255), 1]);
});

writing('grows as far as it must', () => {
  const bytes = write((writer) => {
    for (let count = 0; count < 1000; count++) writer.int64(-1n);
    writer.bytes(new Uint8Array(100_000).fill(1));
  });
  assert.is(bytes.length, 1000 * 10 + 3 + 100_000);
  assert.is(bytes.at(-1), 1);
});

writing.run();

const reading = suite('Reader');

reading('gives back every kind of number without losing a bit', () => {
  for (const value of edges64) {
    for (const signed of [value, -value]) {
      assert.is(new Reader(write((writer) => writer.int64(signed))).int64(), signed);
    }
    assert.is(new Reader(write((writer) => writer.int64(value))).uint64(), value);
  }
  assert.is(new Reader(write((writer) => writer.int64(2n ** 64n - 1n))).uint64(), 2n ** 64n - 1n);
  for (const value of [...edges32, ...edges32.map((edge) => -edge), -(2 ** 31)]) {
    assert.is(new Reader(write((writer) => writer.int32(value))).int32(), value | 0);
    assert.is(new Reader(write((writer) => writer.uint32(value))).uint32(), value >>> 0);
  }
});

reading('takes the lowest 32 bits of a longer number', () => {
  assert.is(new Reader(write((writer) => writer.int64(2n ** 40n + 5n))).uint32(), 5);
});

reading('keeps a byte order mark, which is a character like any other', () => {
  assert.is(new Reader(write((writer) => writer.string('\ufeffa'))).string(), '\ufeffa');
});

reading('does not copy bytes', () => {
  const bytes = Uint8Array.of(2, 8, 9);
  const view = new Reader(bytes).bytes();
  assert.equal([...view], [8, 9]);
  assert.is(view.buffer, bytes.buffer);
});

reading('passes over a value of each wire type', () => {
  const values: readonly [number, readonly number[]][] = [
    [WireType.VARINT, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
    [WireType.FIXED_64, Array(8).fill(0xff)],
    [WireType.LENGTH_DELIMITED, [2, 0xff, 0xff]],
    [WireType.FIXED_32, Array(4).fill(0xff)],
  ];
  for (const [wireType, bytes] of values) {
    const reader = new Reader(Uint8Array.from([...bytes, 7]));
    reader.skip(wireType);
    assert.is(reader.uint32(), 7);
    assert.not(reader.hasMore);
  }
});

reading('refuses groups and wire types that do not exist', () => {
  for (const wireType of [3, 4, 6, 7]) assert.throws(() => new Reader(new Uint8Array(8)).skip(wireType), RangeError);
});

reading('refuses bytes that end too early, and numbers without end', () => {
  const short = Uint8Array.of(0x80);
  for (const read of ['uint32', 'int32', 'uint64', 'int64', 'double', 'bytes', 'string'] as const) {
    assert.throws(() => new Reader(short)[read](), RangeError, read);
  }
  assert.throws(() => new Reader(Uint8Array.of(5, 1, 2)).bytes(), RangeError);
  assert.throws(() => new Reader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)).bytes(), RangeError);
  const endless = new Uint8Array(11).fill(0x80);
  assert.throws(() => new Reader(endless).uint32(), RangeError);
  assert.throws(() => new Reader(endless).uint64(), RangeError);
});

reading.run();
