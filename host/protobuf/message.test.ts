import { Buffer } from 'node:buffer';
import protobuf from 'protobufjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMessageType, type Field, type MessageType } from './message.ts';

type Inner = { text: string; count: number };
type Outer = {
  text: string;
  data: Uint8Array;
  flag: boolean;
  signed: number;
  unsigned: number;
  big: bigint;
  limit: bigint;
  ratio: number;
  inner: Inner | undefined;
  inners: Inner[];
  words: string[];
  numbers: bigint[];
  labels: Record<string, string>;
  maybe: string | undefined;
};

const innerFields: readonly Field[] = [
  [1, 'text', 'string'],
  [2, 'count', 'uint32'],
];
const Inner: MessageType<Inner> = createMessageType('test.Inner', innerFields);
const Outer: MessageType<Outer> = createMessageType('test.Outer', [
  [1, 'text', 'string'],
  [2, 'data', 'bytes'],
  [3, 'flag', 'bool'],
  [4, 'signed', 'int32'],
  [5, 'unsigned', 'uint32'],
  [6, 'big', 'int64'],
  [7, 'limit', 'uint64'],
  [8, 'ratio', 'double'],
  [9, 'inner', () => Inner],
  [10, 'inners', () => Inner, 'repeated'],
  [11, 'words', 'string', 'repeated'],
  [12, 'numbers', 'uint64', 'repeated'],
  [13, 'labels', 'string', 'map'],
  [100, 'maybe', 'string', 'optional'],
]);

/** The same messages as protobufjs' own reflection has them, to compare bytes with. */
const reflected = protobuf
  .parse(`
  syntax = "proto3";
  message Inner { string text = 1; uint32 count = 2; }
  message Outer {
    string text = 1; bytes data = 2; bool flag = 3; int32 signed = 4; uint32 unsigned = 5; int64 big = 6; uint64 limit = 7;
    double ratio = 8; Inner inner = 9; repeated Inner inners = 10; repeated string words = 11; repeated uint64 numbers = 12;
    map<string, string> labels = 13; optional string maybe = 100;
  }`)
  .root.lookupType('Outer');

const full: Outer = {
  text: 'schön',
  data: Uint8Array.of(0, 1, 255),
  flag: true,
  signed: -8,
  unsigned: 4294967295,
  big: -(2n ** 63n),
  limit: 2n ** 64n - 1n,
  ratio: 0.1,
  inner: { text: 'inner', count: 1 },
  inners: [
    { text: 'a', count: 0 },
    { text: '', count: 300 },
  ],
  words: ['', 'b'],
  numbers: [0n, 127n, 128n, 2n ** 53n + 1n],
  labels: { a: '1', 'with.dots': '' },
  maybe: '',
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const encoding = suite('MessageType.encode');

encoding('writes what protobufjs writes', () => {
  const object = reflected.fromObject({
    ...full,
    big: full.big.toString(),
    limit: full.limit.toString(),
    numbers: full.numbers.map(String),
  });
  assert.is(hex(Outer.encode(full)), hex(reflected.encode(object).finish()));
});

encoding('leaves out defaults, but not an optional field or a message that is there', () => {
  assert.is(Outer.encode({}).length, 0);
  assert.is(Outer.encode({ text: '', flag: false, big: 0n, data: new Uint8Array(0), words: [], labels: {} }).length, 0);
  assert.is(hex(Outer.encode({ maybe: '' })), 'a20600');
  assert.is(hex(Outer.encode({ inner: {} })), '4a00');
});

encoding.run();

const decoding = suite('MessageType.decode');

decoding('gives back what was encoded', () => {
  const decoded = Outer.decode(Outer.encode(full));
  assert.equal(
    { ...decoded, data: [...decoded.data], labels: { ...decoded.labels } },
    { ...full, data: [...full.data] },
  );
});

decoding('gives defaults for absent fields', () => {
  const decoded = Outer.decode(new Uint8Array(0));
  assert.equal(
    [decoded.text, decoded.flag, decoded.big, decoded.inner, decoded.inners],
    ['', false, 0n, undefined, []],
  );
  assert.is(decoded.maybe, undefined);
  assert.is(decoded.data.length, 0);
});

decoding('skips unknown fields and fields of another wire type', () => {
  const bytes = protobuf.Writer.create()
    .uint32((77 << 3) | 2)
    .string('new')
    .uint32((1 << 3) | 0)
    .uint32(5);
  assert.is(
    Outer.decode(
      bytes
        .uint32((5 << 3) | 0)
        .uint32(6)
        .finish(),
    ).unsigned,
    6,
  );
});

decoding('takes the last of a scalar and merges a message that comes twice', () => {
  const decoded = Outer.decode(
    Buffer.concat([
      Outer.encode({ text: 'a', inner: { text: 'x', count: 1 } }),
      Outer.encode({ text: 'b', inner: { count: 2 } }),
    ]),
  );
  assert.equal([decoded.text, decoded.inner], ['b', { text: 'x', count: 2 }]);
});

decoding('reads repeated numbers packed or one by one', () => {
  const bytes = protobuf.Writer.create()
    .uint32((12 << 3) | 0)
    .uint64(5)
    .uint32((12 << 3) | 2)
    .fork()
    .uint64(6)
    .uint64(7)
    .ldelim();
  assert.equal(Outer.decode(bytes.finish()).numbers, [5n, 6n, 7n]);
});

decoding('does not let a map reach the prototype', () => {
  const decoded = Outer.decode(Outer.encode({ labels: JSON.parse('{"__proto__":"x"}') }));
  assert.equal(Object.entries(decoded.labels), [['__proto__', 'x']]);
  assert.is(Object.getPrototypeOf({}), Object.prototype);
});

decoding('refuses every truncation within a field', () => {
  const bytes = Outer.encode({ inner: { text: 'inner', count: 300 } });
  for (let length = 1; length < bytes.length; length++) {
    assert.throws(() => Outer.decode(bytes.subarray(0, length)), /./, `${length} bytes`);
  }
});

decoding('refuses a message that reaches beyond the one it is in', () => {
  // inner has 2 bytes, its text claims 5, which are there but not its own.
  assert.throws(() => Outer.decode(Buffer.from('4a020a05' + '0a0361626300', 'hex')), RangeError);
});

decoding.run();
