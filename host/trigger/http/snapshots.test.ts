// Components that export `wasi:http/incoming-handler` of a snapshot from 2023.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllowedHost } from '../../../guest-runtime/policy/allowed-host.ts';
import type { AllowedHost } from '../../gen/runtime.ts';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from '../../worker/testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from '../../worker/testing/running-worker.ts';
import { exchange, requestText } from './testing/raw-connection.ts';

const rust = await readComponent('hello-rust-2023/hello.wasm');
const c = await readComponent('hello-c-2023/hello.wasm');
let worker: TestWorker;

function allow(entry: string): AllowedHost {
  const rule = parseAllowedHost(entry);
  if ('message' in rule) throw new Error(rule.message);
  return { tag: 'rule', val: rule };
}

const get = (path: string) => exchange(worker.port, requestText('GET', path));

const sdk = suite('the Rust SDK of 2023-10-18');

sdk.before(async () => {
  const component = createComponentPlan('hello', {
    environment: [['A', 'b']],
    allowedOutboundHosts: [allow('http://self')],
  });
  worker = await startTestWorker(createAppPlan([component], [createRoute('hello')]), { hello: rust });
});
sdk.after(() => worker.stop());

sdk('answers by its routes', async () => {
  const { status, headers, body } = await get('/hello/you');
  assert.equal([status, headers, body], [200, ['content-type: text/plain', 'content-length: 12'], 'Hello, you!\n']);
});

sdk('reads its environment through an adapter of a later WASI', async () => {
  assert.is((await get('/environment')).body, 'A=b\n');
});

sdk('reads and writes a long body', async () => {
  const body = '0123456789'.repeat(50_000);
  const request = requestText('POST', '/echo', [`Content-Length: ${body.length}`]);
  assert.is((await exchange(worker.port, request + body)).body, body);
});

sdk('asks its own app', async () => {
  assert.equal((await get('/fetch?/hello/me')).body, 'Hello, me!\n');
});

sdk('is told what it may not ask', async () => {
  const { status, body } = await get('/fetch?http://example.com/');
  assert.equal([status, body], [502, 'Error::UnexpectedError("HTTP-request-denied")']);
});

sdk.run();

const november = suite('a component of 2023-11-10');

/** Accepts connections and says nothing. */
const silent = createServer();

november.before(async () => {
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const component = createComponentPlan('hello', { allowedOutboundHosts: [allow('http://127.0.0.1:*')] });
  worker = await startTestWorker(createAppPlan([component], [createRoute('hello')]), { hello: c });
});
november.after(async () => {
  await worker.stop();
  silent.close();
});

november('answers', async () => {
  assert.is((await get('/')).body, 'Hello from C of 2023!\n');
});

november('reads a body and its trailers', async () => {
  const chunks = '3\r\nabc\r\n0\r\nX-One: 1\r\n\r\n';
  const { body } = await exchange(worker.port, requestText('POST', '/echo', ['Transfer-Encoding: chunked']) + chunks);
  assert.is(body, 'abcx-one: 1\n');
  assert.is((await get('/echo')).body, '');
});

november('sends requests, within milliseconds where it says so', async () => {
  assert.is((await get(`/?http://127.0.0.1:${worker.port}/`)).body, 'Hello from C of 2023!\n');
  const { status, headers } = await get(`/hurry?http://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
  assert.equal([status, headers.includes('x-error-code: 9')], [502, true], headers.join());
});

november.run();
