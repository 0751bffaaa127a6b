// What the HTTP trigger answers by itself, without a component.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from '../../worker/testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from '../../worker/testing/running-worker.ts';
import { exchange, RawConnection, requestText } from './testing/raw-connection.ts';

const hello = await readComponent('hello-c/hello.wasm');
const plain = suite('answers without a component');
let worker: TestWorker;

const get = (path: string) => exchange(worker.port, requestText('GET', path));

plain.before(async () => {
  const fixed = createRoute('fixed', [{ tag: 'exact', val: 'fixed' }], '/fixed');
  const body = new TextEncoder().encode('as it is');
  fixed.target = { tag: 'static-response', val: { status: 203, headers: [['X-Fixed', 'yes']], body } };
  const route = createRoute('hello', [{ tag: 'exact', val: 'hello' }], '/hello');
  worker = await startTestWorker(createAppPlan([createComponentPlan('hello')], [fixed, route]), { hello });
});
plain.after(() => worker.stop());

plain('is healthy', async () => {
  const { status, body } = await get('/.well-known/spin/health');
  assert.equal([status, body], [200, 'OK']);
});

plain('is healthy also for a probe that names no host', async () => {
  const { status, body } = await exchange(worker.port, 'GET /.well-known/spin/health?now HTTP/1.0\r\n\r\n');
  assert.equal([status, body], [200, 'OK']);
});

plain('is not there also for a request that names no host', async () => {
  assert.is((await exchange(worker.port, 'GET /nothing HTTP/1.0\r\n\r\n')).status, 404);
});

plain('says which app it is', async () => {
  const { status, headers, body } = await get('/.well-known/spin/info');
  assert.is(status, 200);
  assert.ok(headers.includes('content-type: application/json'));
  assert.is(body, '{\n  "name": "test-app",\n  "version": "1.2.3"\n}');
});

for (const path of ['/.well-known/spin/', '/.well-known/spin/other', '/', '/hello/there']) {
  plain(`knows no ${path}`, async () => {
    const answer = await get(path);
    assert.equal([answer.status, answer.headers, answer.body], [404, ['content-length: 0'], '']);
  });
}

plain('sends a static response', async () => {
  const { status, headers, body } = await get('/fixed');
  assert.equal([status, headers, body], [203, ['x-fixed: yes', 'content-length: 8'], 'as it is']);
});

for (const [why, text] of [
  ['without a Host header', 'GET /hello HTTP/1.1\r\n\r\n'],
  ['whose Host header claims to be within the app', 'GET /hello HTTP/1.1\r\nHost: hello.spin.internal\r\n\r\n'],
  ['whose Host header is none', 'GET /hello HTTP/1.1\r\nHost: a/b?c\r\n\r\n'],
  ['with two authorities', 'GET http://a/hello HTTP/1.1\r\nHost: b\r\n\r\n'],
] as const) {
  plain(`closes the connection of a request ${why}`, async () => {
    await using connection = await RawConnection.open(worker.port);
    connection.send(text);
    assert.is(await connection.readToEnd(), '');
  });
}

plain('refuses what is not HTTP', async () => {
  const answer = await exchange(worker.port, 'nonsense\r\n\r\n');
  assert.is(answer.status, 400);
});

plain('takes a head of 100 KB and refuses one of 200 KB', async () => {
  const filler = (bytes: number) => [`X-Filler: ${'x'.repeat(bytes)}`];
  assert.is((await exchange(worker.port, requestText('GET', '/fixed', filler(100_000)))).status, 203);
  assert.is((await exchange(worker.port, requestText('GET', '/fixed', filler(200_000)))).status, 431);
});

plain.run();
