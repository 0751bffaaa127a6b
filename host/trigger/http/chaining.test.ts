// Components of one app that call each other and the app itself.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllowedHost } from '../../../guest-runtime/policy/allowed-host.ts';
import type { AllowedHost } from '../../gen/runtime.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import { FutureIncomingResponse } from '../../wasi/http/response.ts';
import { InstanceScope } from '../../wasi/instance-scope.ts';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from '../../worker/testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from '../../worker/testing/running-worker.ts';
import { answerChained } from './chaining.ts';
import type { Handler } from './handlers.ts';
import { exchange, RawConnection, requestText } from './testing/raw-connection.ts';

const hello = await readComponent('hello-c/hello.wasm');
let worker: TestWorker;

function allow(entry: string): AllowedHost {
  const rule = parseAllowedHost(entry);
  if ('message' in rule) throw new Error(rule.message);
  return { tag: 'rule', val: rule };
}

const chaining = suite('answerChained');

chaining.before(async () => {
  const allowedOutboundHosts = ['http://hidden.spin.internal', 'http://nobody.spin.internal', 'http://self'].map(allow);
  const front = createComponentPlan('front', { allowedOutboundHosts, environment: [['WHO', 'front']] });
  const hidden = createComponentPlan('hidden', { environment: [['WHO', 'hidden']] });
  const { pattern: _, ...privateRoute } = createRoute('hidden');
  const plan = createAppPlan([front, hidden], [createRoute('front'), privateRoute]);
  worker = await startTestWorker(plan, { front: hello, hidden: hello });
});
chaining.after(() => worker.stop());

const fetchThrough = (url: string) => exchange(worker.port, requestText('GET', `/fetch?${url}`));

chaining('reaches a component that no route leads to', async () => {
  assert.is((await fetchThrough('http://hidden.spin.internal/environment')).body, 'WHO: hidden\n');
});

chaining('shows it a request without a route and without a client', async () => {
  const { body } = await fetchThrough('http://hidden.spin.internal/request?a=b');
  const lines = body.split('\n');
  for (const line of [
    'authority: hidden.spin.internal',
    'path: /request?a=b',
    'spin-path-info: /request',
    'spin-matched-route: /...',
    'spin-client-addr: 0.0.0.0:0',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

chaining('passes a long body on, whole', async () => {
  assert.is((await fetchThrough('http://hidden.spin.internal/bytes/3000000')).body.length, 3_000_000);
});

chaining('passes status codes on, 500 among them', async () => {
  assert.is((await fetchThrough('http://hidden.spin.internal/status/418')).status, 418);
  assert.is((await fetchThrough('http://hidden.spin.internal/trap')).status, 500);
});

chaining('breaks off what the other component does not finish', async () => {
  const { isComplete, body } = await fetchThrough('http://hidden.spin.internal/trap-midway');
  assert.equal([body, isComplete], ['the first half\n', true]);
});

chaining('knows no component that the app does not have', async () => {
  const { status, headers } = await fetchThrough('http://nobody.spin.internal/');
  assert.is(status, 502);
  assert.ok(headers.includes('x-error-code: 2'), 'destination-not-found');
});

chaining('denies what the manifest does not allow', async () => {
  const { headers } = await fetchThrough('http://front.spin.internal/');
  assert.ok(headers.includes('x-error-code: 15'), 'HTTP-request-denied');
});

/** A request for which the app calls itself so many times, each time within the time before. */
const nested = (times: number) => fetchThrough(`${'http://self.alt/fetch?'.repeat(times - 1)}http://self.alt/hello`);

chaining('follows calls within calls', async () => {
  assert.is((await nested(64)).body, 'Hello from C!\n');
});

chaining('refuses calls within calls that have no end, and says so', async () => {
  const before = worker.logged.length;
  const { status } = await nested(65);
  assert.is(status, 502);
  const [line, ...others] = worker.logged.slice(before);
  assert.match(line ?? '', 'a call of the app itself is refused as a loop: 64 calls within the app wait');
  assert.equal(others, []);
});

chaining('refuses calls that are too many at a time for one client, and says so', async () => {
  const ends: (() => void)[] = [];
  const lines: string[] = [];
  const handler: Handler = () => new Promise((resolve) => ends.push(() => resolve(undefined as never)));
  const options = {
    handlers: new Map([['c', handler]]),
    dispatch: () => Promise.reject(new Error('no component')),
    log: (line: string) => void lines.push(line),
  };
  const callFor = (owner: object): FutureIncomingResponse => {
    const scope = new InstanceScope();
    scope.owner = owner;
    const response = new FutureIncomingResponse();
    const body = new BodyPipe();
    const request = { componentId: 'c', method: 'GET', authority: 'c', pathWithQuery: '/', headers: [], body };
    answerChained(options, request, response, scope);
    return response;
  };
  const client = {};
  for (let count = 0; count < 1000; count++) assert.not.ok(callFor(client).isReady());
  assert.equal(callFor(client).get(), { tag: 'ok', val: { tag: 'err', val: { tag: 'connection-limit-reached' } } });
  assert.equal(lines, [
    'Error: a call of component "c" is refused: 1000 calls within the app are under way for one request',
  ]);
  assert.not.ok(callFor({}).isReady(), 'another client');
  await Promise.resolve();
  ends[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.not.ok(callFor(client).isReady(), 'after one has ended');
});

chaining('reaches the app itself through its routes', async () => {
  assert.is((await fetchThrough('http://self.alt/environment')).body, 'WHO: front\n');
});

chaining('shows its routes a request to itself as it is, from a client on this machine', async () => {
  const lines = (await fetchThrough('http://self.alt/request?a=%20b')).body.split('\n');
  for (const line of [
    `authority: 127.0.0.1:${worker.port}`,
    'path: /request?a=%20b',
    'spin-path-info: /request',
    'spin-raw-component-route: /...',
    'spin-client-addr: 127.0.0.1:0',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

chaining('answers a request to itself also where no component does', async () => {
  assert.is((await fetchThrough('http://self.alt/.well-known/spin/health')).body, 'OK');
  assert.is((await fetchThrough('http://self.alt/.well-known/spin/nothing')).status, 404);
});

chaining('lets a request to itself in when the worker is full, since that waits for it', async () => {
  const allowedOutboundHosts = [allow('http://self')];
  const plan = createAppPlan([createComponentPlan('front', { allowedOutboundHosts })], [createRoute('front')]);
  const environment = { SPIN_MAX_INSTANCE_COUNT: '1' };
  const full = await startTestWorker(plan, { front: hello }, { environment });
  const { body } = await exchange(full.port, requestText('GET', '/fetch?http://self.alt/hello'));
  await full.stop();
  assert.is(body, 'Hello from C!\n');
});

chaining('gives the other component up when the client has gone', async () => {
  const connection = await RawConnection.open(worker.port);
  connection.send(requestText('GET', '/fetch?http://hidden.spin.internal/hang'));
  await fetchThrough('http://hidden.spin.internal/hello');
  await connection[Symbol.asyncDispose]();
  await worker.drain();
});

chaining.run();
