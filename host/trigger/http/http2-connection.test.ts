// HTTP/2 with prior knowledge on the port of HTTP/1.1.

import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../testing/until.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import { readWholeBody } from '../../wasi/http/whole-body.ts';
import type { Exchange } from './exchange.ts';
import { connected, read } from './testing/http2-client.ts';
import { exchange, RawConnection, requestText } from './testing/raw-connection.ts';
import { serving, turn } from './testing/served-exchanges.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** An empty SETTINGS frame. */
const SETTINGS = '\0\0\0\x04\0\0\0\0\0';

const h2 = suite('HTTP/2');

h2('gives the same exchange', async () => {
  let seen: Exchange | undefined;
  await connected(
    (exchange) => {
      seen = exchange;
      exchange.answerWhole(200, ['x-a', '1', 'x-a', '2'], 'hello');
    },
    async (session, { port }) => {
      const headers = { ':path': '/a?b', 'x-b': ['1', '2'], 'spin-path-info': 'mine', te: 'trailers' };
      const shown = await read(session.request(headers));
      assert.equal([shown.status, shown.body, shown.headers], [200, 'hello', { 'x-a': '1, 2', 'content-length': '5' }]);
      assert.equal([seen?.method, seen?.target, seen?.host], ['GET', '/a?b', `127.0.0.1:${port}`]);
      assert.equal(seen?.headers, ['host', `127.0.0.1:${port}`, 'x-b', '1', 'x-b', '2', 'te', 'trailers']);
      assert.match(seen?.clientAddress ?? '', /^127\.0\.0\.1:\d+$/);
    },
  );
});

h2('is chosen also when its preface comes in parts, and not for what only begins like it', () =>
  serving(
    (exchange) => exchange.answerWhole(200, [], exchange.method),
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      for (const part of [PREFACE.slice(0, 1), PREFACE.slice(1, 20), PREFACE.slice(20) + SETTINGS]) {
        connection.send(part);
        await turn();
      }
      const [frame] = (await once(connection.socket, 'data')) as [string];
      assert.is(frame[3], '\x04', 'the frame is SETTINGS');
      assert.is((await exchange(port, requestText('PRIVATE', '/'))).body, 'PRIVATE');
    },
  ),
);

h2('streams both ways at the same time, with trailers', () =>
  connected(
    async (exchange) => {
      const pipe = new BodyPipe();
      exchange.answer(200, [], pipe);
      for (;;) {
        const bytes = exchange.body.take(1000);
        if (bytes !== undefined) pipe.put(bytes);
        else if (exchange.body.isOver) break;
        else await exchange.body.wait();
      }
      pipe.end(exchange.body.trailers());
    },
    async (session) => {
      const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false, waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' }));
      stream.setEncoding('latin1');
      let body = '';
      stream.on('data', (text: string) => {
        body += text;
      });
      for (const part of ['one', 'two']) {
        stream.write(part);
        await until(part, () => body.endsWith(part));
      }
      const trailers = once(stream, 'trailers');
      stream.end();
      const [fields] = await trailers;
      assert.is(fields['x-sum'], '42');
      assert.is(body, 'onetwo');
    },
  ),
);

h2('holds a guest back whose client does not read', async () => {
  let pipe: BodyPipe | undefined;
  await connected(
    (exchange) => {
      pipe = new BodyPipe();
      exchange.answer(200, [], pipe);
    },
    async (session) => {
      const stream = session.request({ ':path': '/' });
      await until('the request', () => pipe !== undefined);
      for (let count = 0; count < 100 && pipe?.isReady(); count++) {
        pipe.put(new Uint8Array(0x1_0000));
        await turn();
      }
      assert.not(pipe?.isReady());
      stream.resume();
      await until('room', () => pipe?.isReady() === true);
      pipe?.end();
      await once(stream, 'close');
    },
  );
});

for (const [method, status, body, length] of [
  ['HEAD', 200, 'hello', '5'],
  ['GET', 204, undefined, undefined],
  ['GET', 304, 'x', undefined],
  ['GET', 200, undefined, '0'],
] as const) {
  h2(`answers ${method} with ${status} and ${length === undefined ? 'no length' : `length ${length}`}`, () =>
    connected(
      (exchange) => exchange.answerWhole(status, [], body),
      async (session) => {
        const shown = await read(session.request({ ':method': method, ':path': '/' }));
        assert.equal([shown.status, shown.headers['content-length'], shown.body], [status, length, '']);
      },
    ),
  );
}

h2('does not wait for a body that nobody reads', () =>
  connected(
    (exchange) => exchange.answerWhole(200, [], 'enough'),
    async (session) => {
      const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
      stream.write('part');
      const shown = await read(stream);
      assert.equal([shown.status, shown.body], [200, 'enough']);
    },
  ),
);

h2('tells a client that waits to go on', () =>
  connected(
    async (exchange) => {
      const body = await readWholeBody(exchange.body);
      exchange.answerWhole(200, [], body);
    },
    async (session) => {
      const stream = session.request({ ':method': 'POST', ':path': '/', expect: '100-continue' }, { endStream: false });
      stream.on('continue', () => stream.end('now'));
      assert.is((await read(stream)).body, 'now');
    },
  ),
);

h2('gives work up whose stream was reset, and serves the others', async () => {
  const gone: string[] = [];
  const exchanges = new Map<string, Exchange>();
  await connected(
    (exchange) => {
      exchanges.set(exchange.target, exchange);
      exchange.onGone(() => gone.push(exchange.target));
    },
    async (session) => {
      const reset = session.request({ ':path': '/reset' });
      const other = read(session.request({ ':path': '/other' }));
      await until('both', () => exchanges.size === 2);
      reset.close(constants.NGHTTP2_CANCEL);
      await until('the news', () => gone.length === 1);
      exchanges.get('/other')?.answerWhole(200, []);
      assert.equal([(await other).status, gone, exchanges.get('/reset')?.isGone], [200, ['/reset'], true]);
    },
  );
});

h2('resets a stream whose body was given up', () =>
  connected(
    (exchange) => {
      const pipe = new BodyPipe();
      exchange.answer(200, [], pipe);
      pipe.put(new TextEncoder().encode('half'));
      pipe.abort();
    },
    async (session) => {
      const stream = session.request({ ':path': '/' });
      stream.resume();
      const [error] = await once(stream, 'error').catch((reason) => [reason]);
      assert.match(String(error), /NGHTTP2_INTERNAL_ERROR/);
    },
  ),
);

h2('answers what is abandoned, and closes', async () => {
  const exchanges = new Map<string, Exchange>();
  await connected(
    (exchange) => void exchanges.set(exchange.target, exchange),
    async (session, { server }) => {
      const culprit = read(session.request({ ':path': '/culprit' }));
      const other = read(session.request({ ':path': '/other' }));
      await until('both', () => exchanges.size === 2);
      assert.equal(server.abandon(exchanges.get('/culprit')), { answered: 2, broken: 0 });
      assert.equal([(await culprit).status, (await other).status], [504, 503]);
    },
  );
});

h2('keeps to limits', () =>
  connected(
    async (exchange) => {
      if (exchange.target === '/body') await readWholeBody(exchange.body).catch(() => {});
    },
    async (session, { logged }) => {
      assert.is((await read(session.request({ ':path': '/slow' }))).status, 504);
      assert.match(logged.at(-1) ?? '', /GET \/slow took longer than 0\.2 s/);
      const stream = session.request({ ':method': 'POST', ':path': '/body' }, { endStream: false });
      stream.write('eleven char');
      assert.is((await read(stream)).status, 413);
    },
    { requestSeconds: 0.2, bodyBytes: 10 },
  ),
);

h2('ends a client that begins no request in the time for a head, and lets one that has had an answer wait', () =>
  serving(
    (exchange) => exchange.answerWhole(200, []),
    async ({ port }) => {
      const session = connect(`http://127.0.0.1:${port}`);
      await read(session.request({ ':path': '/' }));
      await using idle = await RawConnection.open(port);
      // The beginning of a head that has no end: HEADERS of stream 1 without END_HEADERS.
      idle.send(`${PREFACE}${SETTINGS}\0\0\x01\x01\0\0\0\0\x01\x82`);
      await idle.readToEnd();
      assert.is((await read(session.request({ ':path': '/' }))).status, 200);
      session.destroy();
    },
    { headSeconds: 0.2 },
  ),
);

h2('finishes what is under way when it drains', async () => {
  let held: Exchange | undefined;
  await connected(
    (exchange) => {
      held = exchange;
    },
    async (session, { server }) => {
      const answer = read(session.request({ ':path': '/' }));
      await until('the request', () => held !== undefined);
      const drained = server.drain();
      held?.answerWhole(200, [], 'done');
      assert.is((await answer).body, 'done');
      await drained;
    },
  );
});

h2('ends a client that resets without end, and serves others', () =>
  connected(
    () => {},
    async (session, { port }) => {
      session.on('goaway', () => {});
      for (let count = 0; count < 5000 && !session.destroyed && !session.closed; count++) {
        const stream = session.request({ ':path': '/' });
        stream.on('error', () => {});
        stream.close(constants.NGHTTP2_CANCEL);
        if (count % 100 === 0) await turn();
      }
      await until('the end', () => session.destroyed);
      const other = connect(`http://127.0.0.1:${port}`);
      await once(other, 'connect');
      other.destroy();
    },
  ),
);

h2('ends a client that sends settings without end', () =>
  serving(
    () => {},
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.socket.pause();
      connection.send(PREFACE + SETTINGS.repeat(200_000));
      connection.socket.resume();
      await connection.readToEnd();
    },
  ),
);

h2('ends a client that speaks it wrongly', () =>
  serving(
    () => {},
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(`${PREFACE}nonsense that is no frame at all, and long enough to be one`);
      await connection.readToEnd();
    },
  ),
);

h2.run();
