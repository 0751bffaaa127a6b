import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  encodeFrame,
  type Frame,
  FrameDecoder,
  HEADER_LENGTH,
  MAX_DATA_LENGTH,
  MessageType,
  type ReceivedFrame,
} from './frame.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Frames of every kind in one row of bytes: with data, empty, of an unknown type, with flags, with the largest stream ID. */
const frames: readonly Frame[] = [
  { streamId: 1, type: MessageType.REQUEST, flags: 0, data: bytesOf('create') },
  { streamId: 3, type: MessageType.DATA, flags: 5, data: new Uint8Array(0) },
  { streamId: 0xffffffff, type: 77, flags: 0xff, data: bytesOf('x') },
  { streamId: 5, type: MessageType.RESPONSE, flags: 0, data: bytesOf('a longer text than the header') },
];
const stream = Buffer.concat(frames.map(encodeFrame));

function decodeChunks(chunks: readonly Uint8Array[]): ReceivedFrame[] {
  const decoder = new FrameDecoder();
  return chunks.flatMap((chunk) => decoder.decode(chunk));
}

function comparable(received: readonly ReceivedFrame[]): unknown[] {
  return received.map((frame) => ('data' in frame ? { ...frame, data: [...frame.data] } : frame));
}

const encoding = suite('encodeFrame');

encoding('writes a big-endian header of ten bytes before the data', () => {
  const bytes = encodeFrame({ streamId: 0x01020304, type: MessageType.RESPONSE, flags: 6, data: bytesOf('hi') });
  assert.is(Buffer.from(bytes).toString('hex'), '0000000201020304' + '02' + '06' + '6869');
});

encoding('takes data of the maximum length and no more', () => {
  const header = { streamId: 1, type: MessageType.RESPONSE, flags: 0 };
  assert.is(encodeFrame({ ...header, data: new Uint8Array(MAX_DATA_LENGTH) }).length, HEADER_LENGTH + MAX_DATA_LENGTH);
  assert.throws(
    () => encodeFrame({ ...header, data: new Uint8Array(MAX_DATA_LENGTH + 1) }),
    /message length 4194305 exceed/,
  );
});

encoding.run();

const decoding = suite('FrameDecoder');

decoding('decodes whole bytes', () => {
  assert.equal(comparable(decodeChunks([stream])), comparable(frames));
});

decoding('decodes byte by byte', () => {
  const chunks = [...stream].map((byte) => Uint8Array.of(byte));
  assert.equal(comparable(decodeChunks(chunks)), comparable(frames));
});

decoding('decodes bytes that are split at any boundary', () => {
  for (let at = 0; at <= stream.length; at++) {
    assert.equal(
      comparable(decodeChunks([stream.subarray(0, at), stream.subarray(at)])),
      comparable(frames),
      `split at ${at}`,
    );
  }
});

decoding('gives each frame with the chunk that completes it', () => {
  const decoder = new FrameDecoder();
  const last = stream.length - 1;
  assert.is(decoder.decode(stream.subarray(0, last)).length, frames.length - 1);
  assert.ok(decoder.isWithinFrame);
  assert.is(decoder.decode(stream.subarray(last)).length, 1);
  assert.not(decoder.isWithinFrame);
});

decoding('does not copy data that lies in one chunk', () => {
  const [first] = decodeChunks([stream]);
  assert.ok(first && 'data' in first && first.data.buffer === stream.buffer);
});

decoding('skips oversized data, however it is cut, and goes on with the next frame', () => {
  const length = MAX_DATA_LENGTH + 3;
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt32BE(length, 0);
  header.writeUInt32BE(9, 4);
  header.writeUInt8(MessageType.REQUEST, 8);
  const bytes = Buffer.concat([header, Buffer.alloc(length, 1), stream]);
  const expected = [
    { streamId: 9, type: MessageType.REQUEST, flags: 0, oversizedLength: length },
    ...comparable(frames),
  ];
  for (const at of [
    0,
    5,
    HEADER_LENGTH,
    HEADER_LENGTH + 1,
    HEADER_LENGTH + length - 1,
    HEADER_LENGTH + length,
    bytes.length,
  ]) {
    assert.equal(comparable(decodeChunks([bytes.subarray(0, at), bytes.subarray(at)])), expected, `split at ${at}`);
  }
});

decoding('takes the largest announced length for oversized, not for negative', () => {
  const [frame] = decodeChunks([Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 1, 0)]);
  assert.equal(frame, { streamId: 1, type: 1, flags: 0, oversizedLength: 0xffffffff });
});

decoding('gathers a frame of the maximum length from small chunks in linear time', () => {
  const data = new Uint8Array(MAX_DATA_LENGTH).fill(7);
  const bytes = encodeFrame({ streamId: 1, type: MessageType.DATA, flags: 0, data });
  const decoder = new FrameDecoder();
  const received: ReceivedFrame[] = [];
  // Quadratic gathering would copy 4 MiB for each of 16,384 chunks: 64 GiB, minutes instead of milliseconds.
  const deadline = performance.now() + 5000;
  for (let at = 0; at < bytes.length && performance.now() < deadline; at += 256) {
    received.push(...decoder.decode(bytes.subarray(at, at + 256)));
  }
  assert.is(received.length, 1);
  assert.ok(received[0] && 'data' in received[0] && Buffer.compare(received[0].data, data) === 0);
});

decoding.run();
