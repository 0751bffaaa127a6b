// The HTTP trigger on the wire, under both engines: real components, real sockets.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../testing/until.ts';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from '../../worker/testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from '../../worker/testing/running-worker.ts';
import { exchange, RawConnection, requestText } from './testing/raw-connection.ts';

const hello = await readComponent('hello-c/hello.wasm');

function createPlan() {
  const fixed = createRoute('fixed', [{ tag: 'exact', val: 'fixed' }], '/fixed');
  const body = new TextEncoder().encode('as it is');
  fixed.target = { tag: 'static-response', val: { status: 203, headers: [['X-Fixed', 'yes']], body } };
  const item = createRoute('hello', pathOf('request', ':item_id'), '/request/:item_id');
  const environment: [string, string][] = [['GREETING', 'hi']];
  return createAppPlan([createComponentPlan('hello', { environment })], [fixed, item, createRoute('hello')]);
}

function pathOf(...names: string[]) {
  return names.flatMap((name, index) => [
    ...(index > 0 ? [{ tag: 'slash' as const }] : []),
    name.startsWith(':') ? { tag: 'param' as const, val: name.slice(1) } : { tag: 'exact' as const, val: name },
  ]);
}

for (const engine of ['link', 'jco'] as const) {
  const serving = suite(`serving with the ${engine} engine`);
  let worker: TestWorker;
  const get = (path: string, lines?: readonly string[]) => exchange(worker.port, requestText('GET', path, lines));

  serving.before(async () => {
    worker = await startTestWorker(createPlan(), { hello }, { engine });
  });
  serving.after(() => worker.stop());

  serving('sends what the guest sent and nothing else, with its length', async () => {
    const { status, headers, body } = await get('/hello');
    assert.is(status, 200);
    assert.equal(headers, ['content-type: text/plain; charset=utf-8', 'content-length: 14']);
    assert.is(body, 'Hello from C!\n');
  });

  serving('says that an empty body is empty', async () => {
    assert.equal((await get('/status/404')).headers, ['content-length: 0']);
    assert.equal((await get('/status/204')).headers, []);
    assert.equal((await get('/status/304')).headers, []);
  });

  serving('keeps a connection for the next request, and pipelined ones in order', async () => {
    await using connection = await RawConnection.open(worker.port);
    connection.send(requestText('GET', '/sleep/20') + requestText('GET', '/hello') + requestText('GET', '/status/201'));
    assert.is((await connection.readAnswer()).body, 'awake\n');
    assert.is((await connection.readAnswer()).body, 'Hello from C!\n');
    assert.is((await connection.readAnswer()).status, 201);
  });

  serving('closes a connection where the client asks for it', async () => {
    await using connection = await RawConnection.open(worker.port);
    connection.send(requestText('GET', '/hello', ['Connection: close']));
    assert.equal((await connection.readAnswer()).headers.slice(-1), ['content-length: 14']);
    assert.is(await connection.readToEnd(), '');
  });

  serving('answers HEAD without a body', async () => {
    await using connection = await RawConnection.open(worker.port);
    connection.send(requestText('HEAD', '/hello') + requestText('GET', '/status/202'));
    assert.ok((await connection.readAnswer(false)).headers.includes('content-length: 14'));
    assert.is((await connection.readAnswer()).status, 202);
  });

  serving('shows the guest headers byte by byte, in order, with duplicates, and who asks', async () => {
    const lines = ['X-B: 1', 'x-a: \xe9\xff', 'X-b: 2', 'Spin-Path-Info: mine', 'TE: trailers', 'Connection: TE'];
    const { body } = await get('/request/7?q=1', lines);
    const shown = body.split('\n');
    assert.is(shown[0], 'method: GET');
    assert.ok(shown.includes('authority: example.com'));
    assert.ok(shown.includes('path: /request/7?q=1'));
    const own = shown.slice(shown.indexOf('host: example.com'));
    assert.match(
      own.pop() === '' ? (own.find((line) => line.startsWith('spin-client-addr')) ?? '') : '',
      /127\.0\.0\.1:\d+$/,
    );
    assert.equal(
      own.filter((line) => !line.startsWith('spin-client-addr')),
      [
        'host: example.com',
        'x-b: 1',
        'x-a: \xe9\xff',
        'x-b: 2',
        'te: trailers',
        'spin-path-info: ',
        'spin-full-url: http://example.com/request/7?q=1',
        'spin-matched-route: /request/:item_id',
        'spin-base-path: /',
        'spin-raw-component-route: /request/:item_id',
        'spin-component-route: /request/:item_id',
        'spin-path-match-item-id: 7',
      ],
    );
  });

  serving('gives every request a pristine instance', async () => {
    for (let index = 0; index < 5; index++) assert.is((await get('/count')).body, '1');
  });

  serving('shows the component environment and nothing of the container', async () => {
    assert.is((await get('/environment')).body, 'GREETING: hi\n');
  });

  serving('streams some megabytes both ways at the same time, unchanged', async () => {
    const size = engine === 'link' ? 8 << 20 : 1 << 20;
    const sent = Buffer.alloc(
      size,
      Uint8Array.from({ length: 251 }, (_, index) => index),
    );
    await using connection = await RawConnection.open(worker.port);
    connection.send(requestText('POST', '/echo', [`Content-Length: ${size}`]));
    connection.socket.write(sent);
    const { body, isComplete } = await connection.readAnswer();
    assert.ok(isComplete);
    assert.is(digestOf(Buffer.from(body, 'latin1')), digestOf(sent));
  });

  serving('takes a body in chunks', async () => {
    const chunks = ['5\r\nhello\r\n', '1\r\n,\r\n', '6\r\n world\r\n', '0\r\n\r\n'];
    await using connection = await RawConnection.open(worker.port);
    connection.send(requestText('POST', '/length', ['Transfer-Encoding: chunked']));
    for (const chunk of chunks) {
      connection.send(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.is((await connection.readAnswer()).body, '12');
  });

  serving('sends each part of a response when the guest writes it', async () => {
    await using connection = await RawConnection.open(worker.port);
    connection.send(requestText('GET', '/drip/5'));
    const [first] = (await once(connection.socket, 'data')) as [string];
    assert.match(first, /^HTTP\/1\.1 200 OK\r\n/);
    assert.not.match(first, /0\r\n\r\n$/);
    assert.is((await connection.readAnswer()).body, 'drip\n'.repeat(10));
  });

  serving('tells a client that waits to go on, when the guest reads', async () => {
    await using connection = await RawConnection.open(worker.port);
    connection.send(requestText('POST', '/length', ['Content-Length: 3', 'Expect: 100-continue']));
    assert.is((await connection.readAnswer()).status, 100);
    connection.send('abc');
    assert.is((await connection.readAnswer()).body, '3');
  });

  serving('does not tell a client to go on whose body nobody reads', async () => {
    const answer = await exchange(
      worker.port,
      requestText('POST', '/hello', ['Content-Length: 3', 'Expect: 100-continue']),
    );
    assert.is(answer.status, 200);
  });

  serving('lets requests wait beside each other', async () => {
    const count = engine === 'link' ? 1000 : 100;
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: count }, () => get('/sleep/500')));
    assert.ok(answers.every(({ body }) => body === 'awake\n'));
    assert.ok(performance.now() - started < count * 50, 'one after the other');
  });

  for (const [path, reason] of [
    ['/trap', /unreachable/],
    ['/silent', /without setting a response/],
    ['/error', /internal-error/],
    ['/exit/1', /exit with status 1/],
  ] as const) {
    serving(`answers 500 to ${path} and logs why`, async () => {
      const answer = await get(path);
      assert.equal([answer.status, answer.headers, answer.body], [500, ['content-length: 0'], '']);
      assert.match(worker.logged.at(-1) ?? '', /^Error processing request: /);
      assert.match(worker.logged.at(-1) ?? '', reason);
    });
  }

  serving('breaks a response off that its guest does not finish, and logs why', async () => {
    const answer = await get('/trap-midway');
    assert.equal([answer.status, answer.body, answer.isComplete], [200, 'the first half\n', false]);
    assert.match(worker.logged.at(-1) ?? '', /^Component error after response started: .*unreachable/);
  });

  serving('serves on after a trap', async () => assert.is((await get('/hello')).status, 200));

  serving('holds a guest back whose client does not read, and gives it up with the client', async () => {
    const connection = await RawConnection.open(worker.port);
    connection.socket.pause();
    connection.send(requestText('GET', '/bytes/67108864'));
    assert.is((await get('/hello')).status, 200);
    assert.ok(connection.socket.bytesRead < 32 << 20);
    await connection[Symbol.asyncDispose]();
    assert.is((await get('/hello')).status, 200);
  });

  serving('writes guest output to the log, both kinds', async () => {
    await get('/print');
    await until(
      'both lines',
      () => worker.logged.includes('a line on stderr\n') && worker.logged.includes('a line on stdout\n'),
    );
  });

  serving.run();
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
