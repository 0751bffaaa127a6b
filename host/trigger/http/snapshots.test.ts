// Components that export `wasi:http/incoming-handler` of a snapshot from 2023.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllowedHost } from '../../../guest-runtime/policy/allowed-host.ts';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from '../../worker/testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from '../../worker/testing/running-worker.ts';
import { exchange, requestText } from './testing/raw-connection.ts';

const rust = await readComponent('hello-rust-2023/hello.wasm');
let worker: TestWorker;

const sdk = suite('the Rust SDK of 2023-10-18');

sdk.before(async () => {
  const self = parseAllowedHost('http://self');
  if ('message' in self) throw new Error(self.message);
  const component = createComponentPlan('hello', {
    environment: [['A', 'b']],
    allowedOutboundHosts: [{ tag: 'rule', val: self }],
  });
  worker = await startTestWorker(createAppPlan([component], [createRoute('hello')]), { hello: rust });
});
sdk.after(() => worker.stop());

const get = (path: string) => exchange(worker.port, requestText('GET', path));

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
