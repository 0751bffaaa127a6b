import { Reader, Writer } from 'protobufjs/minimal.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readInt64, readUint64, writeInt64 } from './int64.ts';

const encode = (value: bigint): Uint8Array => {
  const writer = Writer.create();
  writeInt64(writer, value);
  return writer.finish();
};

const writing = suite('writeInt64');

writing('writes one byte for seven bits, and ten for a negative number', () => {
  assert.equal([...encode(0n)], [0]);
  assert.equal([...encode(127n)], [127]);
  assert.equal([...encode(128n)], [128, 1]);
  assert.equal([...encode(-1n)], [...Array(9).fill(255), 1]);
});

writing.run();

const reading = suite('readInt64 and readUint64');

reading('give back every kind of number without losing a bit', () => {
  for (const value of [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n]) {
    assert.is(readInt64(Reader.create(encode(value))), value);
    assert.is(readInt64(Reader.create(encode(-value))), -value);
    assert.is(readUint64(Reader.create(encode(value))), value);
  }
  assert.is(readUint64(Reader.create(encode(2n ** 64n - 1n))), 2n ** 64n - 1n);
  assert.is(readInt64(Reader.create(encode(-(2n ** 63n)))), -(2n ** 63n));
});

reading('refuse bytes that end within a number, and numbers without end', () => {
  assert.throws(() => readUint64(Reader.create(Uint8Array.of(0x80))), RangeError);
  assert.throws(() => readUint64(Reader.create(new Uint8Array(11).fill(0x80))), RangeError);
});

reading.run();
