// What one stream of HTTP/2 tells the app, and what it sends of the app's answer.

import { constants, type IncomingHttpHeaders } from 'node:http2';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createWholeBody } from '../../wasi/http/whole-body.ts';
import type { Exchange } from './exchange.ts';
import { connected, read } from './testing/http2-client.ts';

const answers = suite('an answer over HTTP/2');

/** The same answer in both ways in which there can be one. */
const ways = {
  whole: (exchange: Exchange, status: number, headers: string[]) => exchange.answerWhole(status, headers, 'body'),
  streamed: (exchange: Exchange, status: number, headers: string[]) =>
    exchange.answer(status, headers, createWholeBody(new TextEncoder().encode('body'))),
};

for (const [way, answer] of Object.entries(ways)) {
  for (const [what, status, headers, expected] of [
    ['repeats what a client expects once', 200, ['etag', '"a"', 'etag', '"b"'], ['"a"', '"b"']],
    ['keeps cookies apart', 200, ['set-cookie', 'a=1', 'set-cookie', 'b=2'], ['a=1', 'b=2']],
    ['has names that objects have', 200, ['constructor', 'a', '__proto__', 'b'], ['a', 'b']],
    ['leaves out what is for a request', 200, ['te', 'gzip', 'x-a', '1'], ['1']],
  ] as const) {
    answers(`that is ${way} ${what}`, () =>
      connected(
        (exchange) => answer(exchange, status, [...headers]),
        async (session) => {
          const stream = session.request({ ':path': '/' });
          let raw: string[] = [];
          stream.on('response', (_fields: IncomingHttpHeaders, _flags: number, list: string[]) => {
            raw = list;
          });
          assert.is((await read(stream)).body, 'body');
          const ours = raw.filter((_, index) => index % 2 === 1).slice(1, -2);
          assert.equal(ours, [...expected]);
        },
      ),
    );
  }

  answers(`that is ${way} has status 500 where HTTP/2 has no such status`, () =>
    connected(
      (exchange) => answer(exchange, 600, []),
      async (session) => {
        const { status, body } = await read(session.request({ ':path': '/' }));
        assert.equal([status, body], [500, 'body']);
      },
    ),
  );

  answers(`that is ${way} has no content after a reset`, () =>
    connected(
      (exchange) => answer(exchange, 205, []),
      async (session) => {
        const stream = session.request({ ':path': '/' });
        const { status, headers, body } = await read(stream);
        assert.equal([status, headers, body, stream.rstCode], [205, { 'content-length': '0' }, '', 0]);
      },
    ),
  );
}

answers('is none where a request is refused, which the client is not to send again', () =>
  connected(
    (exchange) => exchange.refuse(),
    async (session) => {
      const stream = session.request({ ':path': '/' });
      await read(stream).catch(() => {});
      assert.is(stream.rstCode, constants.NGHTTP2_PROTOCOL_ERROR);
    },
  ),
);

answers('that node:http2 does not take ends the stream', () =>
  connected(
    (exchange) => assert.throws(() => exchange.answerWhole(200, [':none', '1'])),
    async (session) => {
      const stream = session.request({ ':path': '/' });
      await read(stream).catch(() => {});
      assert.is(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR);
    },
  ),
);

const requests = suite('a request over HTTP/2');

async function hostAndHeadersOf(headers: Record<string, string | string[]>): Promise<[string | undefined, string[]]> {
  let seen: [string | undefined, string[]] = [undefined, []];
  await connected(
    (exchange) => {
      seen = [exchange.host, exchange.headers];
      exchange.answerWhole(200, []);
    },
    async (session) => {
      await read(session.request({ ':path': '/', ...headers }));
    },
  );
  return seen;
}

requests('has its cookies in one header, as they are sent in parts', async () => {
  const [, headers] = await hostAndHeadersOf({ ':authority': 'a', cookie: ['b=1', 'c=2'], 'x-d': '3' });
  assert.equal(headers, ['host', 'a', 'cookie', 'b=1; c=2', 'x-d', '3']);
});

requests('is for the host that its Host header names, where it names no authority', async () => {
  const [host] = await hostAndHeadersOf({ host: 'a' });
  assert.is(host, 'a');
});

requests('may name its host twice', async () => {
  const [host, headers] = await hostAndHeadersOf({ ':authority': 'A:80', host: 'a:80' });
  assert.equal([host, headers], ['A:80', ['host', 'A:80']]);
});

for (const [why, headers] of [
  ['names two hosts', { ':authority': 'a', host: 'b' }],
  ['claims to be within the app', { ':authority': 'hello.spin.internal' }],
] as const) {
  requests(`has no host when it ${why}`, async () => {
    assert.equal((await hostAndHeadersOf(headers))[0], undefined);
  });
}

answers.run();
requests.run();
