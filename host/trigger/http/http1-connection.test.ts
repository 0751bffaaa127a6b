// Connections of HTTP/1.1, without components: what the server takes, what it refuses, and that no connection outlives its client.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../testing/until.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import { readWholeBody } from '../../wasi/http/whole-body.ts';
import type { Exchange } from './exchange.ts';
import { exchange, RawConnection, requestText } from './testing/raw-connection.ts';
import { type Respond, serving, turn } from './testing/served-exchanges.ts';

const echo: Respond = async (exchange) => {
  const body = await readWholeBody(exchange.body).catch(() => undefined);
  if (body === undefined) return;
  const pipe = new BodyPipe();
  exchange.answer(200, [], pipe);
  pipe.put(body);
  pipe.end(exchange.body.trailers());
};
const bodies = suite('bodies over HTTP/1.1');

bodies('wait for a guest that does not read', async () => {
  let held: Exchange | undefined;
  await serving(
    (exchange) => {
      held = exchange;
    },
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(requestText('POST', '/', [`Content-Length: ${64 << 20}`]));
      connection.socket.write(Buffer.alloc(64 << 20));
      await until('the request', () => held !== undefined);
      await until('a full connection', () => connection.socket.writableLength > 0);
      for (let count = 0; count < 50; count++) await turn();
      assert.ok(connection.socket.writableLength > 32 << 20);
      const read = readWholeBody((held as Exchange).body);
      assert.is((await read).length, 64 << 20);
      held?.answerWhole(200, []);
      await connection.readAnswer();
    },
  );
});

for (const [how, rest] of [
  ['of which more comes', 'x'.repeat(100_000)],
  ['of which no more comes', ''],
] as const) {
  bodies(`${how} after the answer are not all there for a guest that reads on`, async () => {
    let reading: Promise<Uint8Array> | undefined;
    await serving(
      (exchange) => {
        reading = readWholeBody(exchange.body);
        reading.catch(() => {});
        exchange.answerWhole(200, []);
      },
      async ({ port }) => {
        await using connection = await RawConnection.open(port);
        connection.send(`${requestText('POST', '/', ['Content-Length: 100001'])}x`);
        assert.is((await connection.readAnswer()).status, 200);
        connection.send(rest);
        const error = await reading?.catch((reason: Error) => reason);
        assert.match(String(error), /answered before its body had come/);
        if (rest === '') return;
        connection.send(requestText('GET', '/'));
        assert.is((await connection.readAnswer()).status, 200);
      },
    );
  });
}

bodies('break off with their client', async () => {
  let reading: Promise<Uint8Array> | undefined;
  await serving(
    (exchange) => {
      reading = readWholeBody(exchange.body);
      reading.catch(() => {});
    },
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(`${requestText('POST', '/', ['Content-Length: 5'])}he`);
      await until('the request', () => reading !== undefined);
      connection.socket.destroy();
      const error = await reading?.catch((reason: Error) => reason);
      assert.match((error as Error).message, /the client has gone/);
    },
  );
});

bodies('are not asked for twice, nor after the answer', () =>
  serving(echo, async ({ port }) => {
    await using connection = await RawConnection.open(port);
    connection.send(requestText('POST', '/', ['Content-Length: 4', 'Expect: 100-continue']));
    assert.is((await connection.readAnswer()).status, 100);
    connection.send('ab');
    await turn();
    connection.send('cd');
    assert.is((await connection.readAnswer()).body, 'abcd');
  }),
);

bodies('and heads are taken wherever their bytes are parted', () =>
  serving(echo, async ({ port }) => {
    const text = `${requestText('POST', '/', ['Transfer-Encoding: chunked'])}3\r\nabc\r\n0\r\nX: y\r\n\r\n\r\n${requestText('GET', '/')}`;
    const cut = async (at: number) => {
      await using connection = await RawConnection.open(port);
      connection.socket.setNoDelay();
      connection.send(text.slice(0, at));
      await turn();
      await turn();
      connection.send(text.slice(at));
      const first = await connection.readAnswer();
      assert.equal(
        [first.body, first.trailers, (await connection.readAnswer()).body],
        ['abc', ['x: y'], ''],
        `cut at ${at}`,
      );
    };
    await Promise.all(Array.from({ length: text.length }, (_, at) => cut(at)));
  }),
);

bodies.run();

const limited = suite('limits of HTTP/1.1');
const never: Respond = () => {};

for (const [why, status, text] of [
  ['what is no HTTP, before its end', 400, '\x16\x03\x01\x02\0\x01\0\x01'],
  ['a line feed alone, before the end of the head', 400, 'GET / HTTP/1.1\nHost: x\n\n'],
  ['two lengths', 400, requestText('POST', '/', ['Content-Length: 3', 'Transfer-Encoding: chunked'])],
  ['a folded line', 400, requestText('GET', '/', ['A: b', ' c'])],
  ['a chunk size that is none', 400, `${requestText('POST', '/', ['Transfer-Encoding: chunked'])}zz\r\n`],
  ['a version it does not know', 505, 'GET / HTTP/3.0\r\n\r\n'],
  ['a head that is too long', 431, requestText('GET', '/', [`A: ${'a'.repeat(200_000)}`])],
  ['a head without end', 431, `GET / HTTP/1.1\r\nA: ${'a'.repeat(200_000)}`],
  ['a target without end', 414, `GET /${'a'.repeat(200_000)}`],
] as const) {
  limited(`refuses ${why} with ${status}, and closes`, () =>
    serving(never, async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(text);
      const { status: shown, headers } = await connection.readAnswer();
      assert.equal([shown, headers], [status, ['content-length: 0', 'connection: close']]);
      assert.is(await connection.readToEnd(), '');
    }),
  );
}

limited('refuses a smuggled request with the one that it is hidden in', async () => {
  let count = 0;
  await serving(
    (exchange) => {
      count++;
      exchange.answerWhole(200, []);
    },
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      const lines = ['Content-Length: 6', 'Transfer-Encoding: chunked'];
      connection.send(`${requestText('POST', '/', lines)}0\r\n\r\n${requestText('GET', '/admin')}`);
      assert.match(await connection.readToEnd(), /^HTTP\/1\.1 400 /);
      assert.is(count, 0);
    },
  );
});

limited('ends a client that takes its time for a head', () =>
  serving(
    never,
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send('GET / HTTP/1.1\r\nA:');
      assert.is((await connection.readAnswer()).status, 408);
    },
    { headSeconds: 0.1 },
  ),
);

limited('ends a client that takes its time for a body', () =>
  serving(
    echo,
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(`${requestText('POST', '/', ['Content-Length: 5'])}he`);
      assert.is((await connection.readAnswer()).status, 408);
    },
    { idleSeconds: 0.1 },
  ),
);

limited('ends a client that does not read its answer', async () => {
  let isGone = false;
  await serving(
    (exchange) => {
      exchange.onGone(() => {
        isGone = true;
      });
      const pipe = new BodyPipe();
      exchange.answer(200, [], pipe);
      pipe.put(new Uint8Array(64 << 20));
    },
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.socket.pause();
      connection.send(requestText('GET', '/'));
      await until('the end', () => isGone);
    },
    { idleSeconds: 0.3 },
  );
});

limited('takes no more requests of a client that does not read its answers', async () => {
  let count = 0;
  const body = 'x'.repeat(10_000);
  await serving(
    (exchange) => {
      count++;
      exchange.answerWhole(200, [], body);
    },
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.socket.pause();
      connection.send(requestText('GET', '/').repeat(5000));
      await exchange(port, requestText('GET', '/'));
      for (let turns = 0; turns < 200; turns++) await turn();
      assert.ok(count < 5000, `${count} were taken`);
      connection.socket.resume();
      await until('all answers', () => count === 5001);
    },
  );
});

limited('closes a connection that nobody uses', () =>
  serving(
    (exchange) => exchange.answerWhole(200, []),
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(requestText('GET', '/'));
      await connection.readAnswer();
      assert.is(await connection.readToEnd(), '');
    },
    { keepAliveSeconds: 0.1 },
  ),
);

limited('answers 504 to a request that takes too long, tells who works for it, and says so', async () => {
  let wasTold = false;
  await serving(
    (exchange) =>
      exchange.onGone(() => {
        wasTold = true;
      }),
    async ({ port, logged }) => {
      const { status } = await exchange(port, requestText('GET', '/slow'));
      assert.equal([status, wasTold], [504, true]);
      assert.match(logged.at(-1) ?? '', /GET \/slow took longer than 0\.1 s/);
    },
    { requestSeconds: 0.1 },
  );
});

for (const [how, request] of [
  ['by its length', requestText('POST', '/', ['Content-Length: 11'])],
  ['in chunks', `${requestText('POST', '/', ['Transfer-Encoding: chunked'])}6\r\nhello,\r\n5\r\nworld\r\n0\r\n\r\n`],
] as const) {
  limited(`refuses a body that is too long ${how}`, () =>
    serving(
      echo,
      async ({ port }) => {
        assert.is((await exchange(port, request)).status, 413);
      },
      { bodyBytes: 10 },
    ),
  );
}

limited('takes no more connections than it may', () =>
  serving(
    (exchange) => exchange.answer(200, [], undefined),
    async ({ port }) => {
      await using first = await RawConnection.open(port);
      first.send(requestText('GET', '/'));
      await first.readAnswer();
      await using second = await RawConnection.open(port);
      assert.is(await second.readToEnd(), '');
      first.send(requestText('GET', '/'));
      assert.is((await first.readAnswer()).status, 200);
    },
    { connections: 1 },
  ),
);

limited.run();
