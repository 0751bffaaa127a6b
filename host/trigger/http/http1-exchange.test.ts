// Answers of HTTP/1.1 on the wire, without components.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import { readWholeBody } from '../../wasi/http/whole-body.ts';
import { exchange, type RawAnswer, RawConnection, requestText } from './testing/raw-connection.ts';
import { type Respond, serving, turn } from './testing/served-exchanges.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function answerOf(request: string, respond: Respond): Promise<RawAnswer> {
  let answer: RawAnswer | undefined;
  await serving(respond, async ({ port }) => {
    answer = await exchange(port, request);
  });
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

const echo: Respond = async (exchange) => {
  const body = await readWholeBody(exchange.body).catch(() => undefined);
  if (body === undefined) return;
  const pipe = new BodyPipe();
  exchange.answer(200, [], pipe);
  pipe.put(body);
  pipe.end(exchange.body.trailers());
};
const answers = suite('answers of HTTP/1.1');

answers('have their length where the body ends within the turn', async () => {
  const shown = await answerOf(requestText('GET', '/'), (exchange) => {
    const pipe = new BodyPipe();
    exchange.answer(200, ['x-b', '1', 'a', '2', 'x-b', '3'], pipe);
    pipe.put(bytesOf('hello'));
    pipe.end();
  });
  assert.equal(shown.headers, ['x-b: 1', 'a: 2', 'x-b: 3', 'content-length: 5']);
  assert.is(shown.body, 'hello');
});

answers('go out in chunks where it does not, each at once', async () => {
  const shown = await answerOf(requestText('GET', '/'), async (exchange) => {
    const pipe = new BodyPipe();
    exchange.answer(200, [], pipe);
    pipe.put(bytesOf('a'));
    await turn();
    await turn();
    pipe.put(bytesOf('b'));
    pipe.end();
  });
  assert.equal([shown.headers, shown.body], [['transfer-encoding: chunked'], 'ab']);
});

answers('keep the length that the guest declared', async () => {
  const shown = await answerOf(requestText('GET', '/'), async (exchange) => {
    const pipe = new BodyPipe();
    exchange.answer(200, ['content-length', '3'], pipe);
    await turn();
    await turn();
    pipe.put(bytesOf('abc'));
    pipe.end();
  });
  assert.equal([shown.headers, shown.body], [['content-length: 3'], 'abc']);
});

for (const [method, status, headers, body, expected] of [
  ['GET', 200, [], undefined, ['content-length: 0']],
  ['GET', 200, [], 'héllo', ['content-length: 6']],
  ['GET', 200, [], new Uint8Array(5000), ['content-length: 5000']],
  ['GET', 200, ['content-length', '2'], 'ab', ['content-length: 2']],
  ['GET', 200, ['content-length', '5'], undefined, ['content-length: 0']],
  ['GET', 200, ['content-length', 'x'], 'ab', ['content-length: 2']],
  ['GET', 200, ['content-length', '2', 'content-length', '3'], 'ab', ['content-length: 2']],
  ['GET', 204, [], undefined, []],
  ['GET', 204, ['content-length', '2'], 'ab', []],
  ['GET', 304, ['etag', '"x"'], 'ab', ['etag: "x"']],
  ['GET', 304, ['content-length', '9'], undefined, ['content-length: 9']],
  ['HEAD', 200, [], undefined, []],
  ['HEAD', 200, [], 'hello', ['content-length: 5']],
  ['HEAD', 200, ['content-length', '9'], undefined, ['content-length: 9']],
] as const) {
  const size = typeof body === 'object' ? 'bytes' : (body ?? 'nothing');
  answers(`to ${method} with ${status}, ${headers.join(' ')} and ${size} have ${expected.join() || 'no length'}`, () =>
    serving(
      (exchange) => exchange.answerWhole(status, headers, body),
      async ({ port }) => {
        await using connection = await RawConnection.open(port);
        // The second answer shows that the first one ended where it should.
        connection.send(requestText(method, '/') + requestText('HEAD', '/'));
        const shown = await connection.readAnswer(method !== 'HEAD');
        assert.equal([shown.headers, shown.isComplete], [expected, true]);
        assert.is((await connection.readAnswer(false)).status, status);
      },
    ),
  );
}

answers('have every byte of a short body', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const { body } = await answerOf(requestText('GET', '/'), (exchange) => exchange.answerWhole(200, [], bytes));
  assert.equal(
    Uint8Array.from(body, (character) => character.charCodeAt(0)),
    bytes,
  );
});

answers('have a date, the one of the app where it gives one', async () => {
  await serving(
    (exchange) => exchange.answerWhole(200, exchange.target === '/own' ? ['date', 'today'] : []),
    async ({ port }) => {
      for (const [path, expected] of [
        ['/', /\r\ndate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/],
        ['/own', /\r\ndate: today\r\n/],
      ] as const) {
        await using connection = await RawConnection.open(port);
        connection.send(requestText('GET', path, ['Connection: close']));
        const text = await connection.readToEnd();
        assert.match(text, expected);
        assert.is(text.split('date:').length, 2);
      }
    },
  );
});

answers('say in HTTP/1.0 that the connection goes on, where it can', async () => {
  const text = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
  assert.equal((await answerOf(text, (exchange) => exchange.answerWhole(200, []))).headers, [
    'content-length: 0',
    'connection: keep-alive',
  ]);
});

answers('end with the connection in HTTP/1.0 where no length is known', async () => {
  const shown = await answerOf('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', async (exchange) => {
    const pipe = new BodyPipe();
    exchange.answer(200, [], pipe);
    await turn();
    await turn();
    pipe.put(bytesOf('part'));
    pipe.end();
  });
  assert.equal([shown.headers, shown.body], [[], 'part']);
});

answers('carry trailers both ways', async () => {
  const body = '5\r\nhello\r\n0\r\nX-Sum: 1\r\nx-sum: \xe9\r\n\r\n';
  const shown = await answerOf(requestText('POST', '/', ['Transfer-Encoding: chunked']) + body, echo);
  assert.equal([shown.body, shown.trailers], ['hello', ['x-sum: 1', 'x-sum: \xe9']]);
});

answers('let out what there is before they break off', async () => {
  const shown = await answerOf(requestText('GET', '/'), (exchange) => {
    const pipe = new BodyPipe();
    exchange.answer(200, [], pipe);
    pipe.put(bytesOf('half'));
    pipe.abort();
  });
  assert.equal([shown.status, shown.body, shown.isComplete], [200, 'half', false]);
});

answers('come in the order of pipelined requests, whichever is ready first', async () => {
  const pipes: BodyPipe[] = [];
  await serving(
    async (exchange) => {
      const pipe = new BodyPipe();
      pipes.push(pipe);
      exchange.answer(200, [], pipe);
      if (exchange.target === '/slow') await turn();
      pipe.put(bytesOf(exchange.target));
      pipe.end();
    },
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(['/slow', '/a', '/slow', '/b'].map((path) => requestText('GET', path)).join(''));
      for (const path of ['/slow', '/a', '/slow', '/b']) assert.is((await connection.readAnswer()).body, path);
    },
  );
});

answers('to thousands of pipelined requests need no stack', () =>
  serving(
    (exchange) => exchange.answerWhole(200, []),
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(requestText('GET', '/').repeat(5000) + requestText('GET', '/', ['Connection: close']));
      assert.is((await connection.readToEnd()).split('HTTP/1.1 200').length, 5002);
    },
  ),
);

answers('reach a client that has ended its side', () =>
  serving(
    async (exchange) => {
      await turn();
      await turn();
      exchange.answerWhole(200, [], 'late');
    },
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.socket.end(requestText('GET', '/'));
      assert.is((await connection.readAnswer()).body, 'late');
    },
  ),
);

answers('do not wait for a body that nobody reads', () =>
  serving(
    (exchange) => exchange.answerWhole(200, []),
    async ({ port }) => {
      await using connection = await RawConnection.open(port);
      connection.send(`${requestText('POST', '/', ['Content-Length: 5'])}hello${requestText('GET', '/')}`);
      for (let count = 0; count < 2; count++) assert.is((await connection.readAnswer()).status, 200);
      connection.send(requestText('POST', '/', ['Content-Length: 100000000']));
      assert.is((await connection.readAnswer()).status, 200);
      assert.is(await connection.readToEnd(), '');
    },
  ),
);

answers.run();
