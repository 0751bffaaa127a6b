import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ResponseWriter, sendWhole } from './response-writer.ts';
import { exchange, type RawAnswer, requestText } from './testing/raw-connection.ts';

let respond: (response: ServerResponse) => void = () => {};
const server = createServer((_, response) => respond(response));
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

function answerOf(method: string, how: (response: ServerResponse) => void): Promise<RawAnswer> {
  respond = how;
  return exchange(port, requestText(method, '/'));
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const turn = () => new Promise((resolve) => setImmediate(resolve));

const writer = suite('ResponseWriter');

writer('sends a body that ends within the turn with its length', async () => {
  const answer = await answerOf('GET', (response) => {
    const made = new ResponseWriter(response, 200, ['x-b', '1', 'a', '2', 'x-b', '3']);
    made.write(bytesOf('hello'));
    made.end([]);
  });
  assert.equal(answer.headers, ['x-b: 1', 'a: 2', 'x-b: 3', 'content-length: 5']);
  assert.is(answer.body, 'hello');
});

writer('sends a longer body in chunks, each at once', async () => {
  const answer = await answerOf('GET', async (response) => {
    const made = new ResponseWriter(response, 200, []);
    made.write(bytesOf('a'));
    await turn();
    made.write(bytesOf('b'));
    made.end([]);
  });
  assert.equal(answer.headers, ['Transfer-Encoding: chunked']);
  assert.is(answer.body, 'ab');
});

writer('keeps the length that the guest declared', async () => {
  const answer = await answerOf('GET', async (response) => {
    const made = new ResponseWriter(response, 200, ['content-length', '3']);
    await turn();
    made.write(bytesOf('abc'));
    made.end([]);
  });
  assert.equal([answer.headers, answer.body], [['content-length: 3'], 'abc']);
});

writer('sends the head alone when the guest takes its time', async () => {
  let made: ResponseWriter | undefined;
  const pending = answerOf('GET', (response) => {
    made = new ResponseWriter(response, 200, ['a', '1']);
  });
  while (made === undefined) await turn();
  await turn();
  made.end([]);
  const answer = await pending;
  assert.equal(answer.headers, ['a: 1', 'Transfer-Encoding: chunked']);
});

writer('sends trailers', async () => {
  const answer = await answerOf('GET', (response) => {
    const made = new ResponseWriter(response, 200, ['trailer', 'x-sum']);
    made.write(bytesOf('body'));
    made.end(['x-sum', '42', 'x-sum', '\xe9']);
  });
  assert.equal([answer.body, answer.trailers], ['body', ['x-sum: 42', 'x-sum: \xe9']]);
});

writer('lets out what there is before it breaks off', async () => {
  const answer = await answerOf('GET', (response) => {
    const made = new ResponseWriter(response, 200, []);
    made.write(bytesOf('half'));
    made.abort();
  });
  assert.equal([answer.status, answer.body, answer.isComplete], [200, 'half', false]);
});

writer('says when the connection is full and when it is not', async () => {
  const chunk = new Uint8Array(1 << 20);
  let wasFull = false;
  const answer = await answerOf('GET', (response) => {
    const made = new ResponseWriter(response, 200, []);
    for (let count = 0; count < 8; count++) wasFull = !made.write(chunk);
    response.once('drain', () => made.end([]));
  });
  assert.ok(wasFull);
  assert.is(answer.body.length, 8 << 20);
});

writer('describes to HEAD the body it does not send', async () => {
  const answer = await answerOf('HEAD', (response) => {
    const made = new ResponseWriter(response, 200, []);
    made.write(bytesOf('hello'));
    made.end([]);
  });
  assert.equal(answer.headers, ['content-length: 5']);
});

writer.run();

const whole = suite('sendWhole');

for (const [method, status, headers, body, expected] of [
  ['GET', 200, [], undefined, ['content-length: 0']],
  ['GET', 200, [], 'héllo', ['content-length: 6']],
  ['GET', 200, [], new Uint8Array(5000), ['content-length: 5000']],
  ['GET', 200, ['content-length', '2'], 'ab', ['content-length: 2']],
  ['GET', 204, [], undefined, []],
  ['GET', 304, ['etag', '"x"'], undefined, ['etag: "x"']],
  ['HEAD', 200, [], undefined, []],
  ['HEAD', 200, ['content-length', '9'], undefined, ['content-length: 9']],
] as const) {
  whole(
    `${method} ${status} ${typeof body === 'object' ? 'bytes' : body} has ${expected.join() || 'no length'}`,
    async () => {
      const answer = await answerOf(method, (response) => sendWhole(response, status, headers, body));
      assert.equal(answer.headers, expected);
      assert.ok(answer.isComplete);
    },
  );
}

whole('sends every byte of a short body', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const { body } = await answerOf('GET', (response) => sendWhole(response, 200, [], bytes));
  assert.equal(
    Uint8Array.from(body, (character) => character.charCodeAt(0)),
    bytes,
  );
});

whole.after(() => {
  server.close();
  server.closeAllConnections();
});
whole.run();
