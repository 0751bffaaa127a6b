import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { concatenate } from '../bytes.ts';
import { Code, type StatusError } from '../ttrpc/status.ts';
import { contentOf, encodeFrame, encodeRequest, FLAG, FRAME, type Frame, readFrames } from './http2-frame.ts';

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

const frames: readonly Frame[] = [
  { type: FRAME.settings, flags: 0, stream: 0, payload: new Uint8Array() },
  { type: FRAME.data, flags: FLAG.endStream, stream: 1, payload: Uint8Array.of(1, 2, 3) },
  { type: FRAME.ping, flags: FLAG.ack, stream: 0x7fff_ffff, payload: new Uint8Array(8) },
];
const bytes = concatenate(frames.map(({ type, flags, stream, payload }) => encodeFrame(type, flags, stream, payload)));

const reading = suite('readFrames');

for (const length of [1, 2, 9, 10, bytes.length]) {
  reading(`reads frames out of chunks of ${length} bytes`, async () => {
    assert.equal(await Array.fromAsync(readFrames(inPieces(bytes, length))), [...frames]);
  });
}

reading('leaves out a frame that is cut', async () => {
  assert.equal((await Array.fromAsync(readFrames(inPieces(bytes.subarray(0, -1), 4)))).length, 2);
});

reading('refuses what is not HTTP/2', async () => {
  const answer = new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\n\r\n');
  const failure = await Array.fromAsync(readFrames(inPieces(answer, 100))).catch((error: StatusError) => error);
  assert.is((failure as StatusError).code, Code.UNAVAILABLE);
});

reading.run();

const content = suite('contentOf');

content('leaves out padding and priority', () => {
  const payload = Uint8Array.of(2, 0, 0, 0, 0, 0, 7, 8, 0, 0);
  const flags = FLAG.padded | FLAG.priority;
  assert.equal(contentOf({ type: FRAME.headers, flags, stream: 1, payload }), Uint8Array.of(7, 8));
});

content.run();

const request = suite('encodeRequest');

request('cuts a body into frames, and ends the stream', async () => {
  const encoded = encodeRequest({}, new Uint8Array(40_000));
  const sent = await Array.fromAsync(
    readFrames(inPieces(encoded.subarray('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'.length), 1000)),
  );
  const data = sent.filter(({ type }) => type === FRAME.data);
  assert.equal(
    data.map(({ payload }) => payload.length),
    [16_384, 16_384, 7232, 0],
  );
  assert.equal(
    data.map(({ flags }) => flags),
    [0, 0, 0, FLAG.endStream],
  );
});

request('refuses a body that would have to wait for a window', () => {
  const encode = () => encodeRequest({}, new Uint8Array(65_536));
  assert.throws(encode, (error: StatusError) => error.code === Code.RESOURCE_EXHAUSTED);
});

request.run();
