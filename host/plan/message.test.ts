import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeHead, type MessageHead, MessageReader } from './message.ts';

type TextHead = MessageHead & { readonly text?: string; readonly bytes?: Uint8Array };

const encoder = new TextEncoder();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Two messages and their payloads, one of them empty. */
const stream = Uint8Array.from([
  ...encodeHead({ payload: 5, text: 'a\nb' } as TextHead),
  ...encoder.encode('he\nlo'),
  ...encodeHead({ payload: 0, bytes: Uint8Array.of(0, 255) } as TextHead),
]);

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array, void> {
  let offset = 0;
  for (const size of sizes) {
    yield bytes.subarray(offset, offset + size);
    offset += size;
  }
  if (offset < bytes.length) yield bytes.subarray(offset);
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const reader = new MessageReader(chunks);
  const messages: unknown[] = [];
  for (let head = await reader.readHead<TextHead>(); head; head = await reader.readHead<TextHead>()) {
    messages.push([head, text(await reader.readBytes(head.payload))]);
  }
  return messages;
}

const expected = [
  [{ payload: 5, text: 'a\nb' }, 'he\nlo'],
  [{ payload: 0, bytes: Uint8Array.of(0, 255) }, ''],
];

const reading = suite('MessageReader');

reading('reads messages whole', async () => assert.equal(await readAll(chunksOf(stream, [])), expected));

reading('reads messages byte by byte', async () => {
  assert.equal(await readAll(chunksOf(stream, new Array<number>(stream.length).fill(1))), expected);
});

reading('reads messages split at every boundary', async () => {
  for (let at = 0; at <= stream.length; at++) assert.equal(await readAll(chunksOf(stream, [at])), expected);
});

reading('streams a payload without gathering it', async () => {
  const reader = new MessageReader(chunksOf(stream, [stream.length - 40, 3, 3]));
  const head = await reader.readHead<TextHead>();
  const sizes: number[] = [];
  for await (const chunk of reader.readPayload(head?.payload ?? 0)) sizes.push(chunk.length);
  assert.is(
    sizes.reduce((sum, size) => sum + size, 0),
    5,
  );
  assert.is((await reader.readHead<TextHead>())?.payload, 0);
});

const broken: [why: string, bytes: string, problem: RegExp][] = [
  ['a line that does not end', '{"payload":0}', /ended within a message line/],
  ['a line that is not JSON', '{"payload":\n', /JSON/],
  ['a line without payload', '{}\n', /no payload length/],
  ['a negative payload', '{"payload":-1}\n', /no payload length/],
  ['a payload that is cut short', '{"payload":3}\nab', /ended 1 bytes before its message/],
];
for (const [why, bytes, problem] of broken) {
  reading(`refuses ${why}`, async () => {
    const error = await readAll(chunksOf(encoder.encode(bytes), [])).catch((error: Error) => error);
    assert.instance(error, Error);
    assert.match((error as Error).message, problem);
  });
}

reading('refuses a line without end before it fills the memory', async () => {
  async function* endless() {
    for (;;) yield new Uint8Array(2 ** 20).fill(0x20);
  }
  const error = await readAll(endless()).catch((error: Error) => error);
  assert.match((error as Error).message, /too long/);
});

reading.run();
