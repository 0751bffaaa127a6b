// A component for Spin 1: requests and answers as records, inbound and outbound, under both engines.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllowedHost } from '../../../guest-runtime/policy/allowed-host.ts';
import type { AllowedHost } from '../../gen/runtime.ts';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from '../../worker/testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from '../../worker/testing/running-worker.ts';
import { exchange, requestText } from './testing/raw-connection.ts';

const hello = await readComponent('spin-1-c/hello.wasm');
const who = await readComponent('routes/who.wasm');

let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();
const server = createServer((request, response) => answer(request, response));
server.on('connection', (socket) => socket.unref());
await once(server.listen(0, '127.0.0.1').unref(), 'listening');
const elsewhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function allow(entry: string): AllowedHost {
  const rule = parseAllowedHost(entry);
  if ('message' in rule) throw new Error(rule.message);
  return { tag: 'rule', val: rule };
}

function start(engine: 'link' | 'jco'): Promise<TestWorker> {
  const entries = ['http://self', elsewhere, 'http://who.spin.internal', 'http://127.0.0.1:1'];
  const components = [
    createComponentPlan('hello', { allowedOutboundHosts: entries.map(allow) }),
    createComponentPlan('who', { allowedOutboundHosts: [allow('http://hello.spin.internal')] }),
  ];
  const exact = [{ tag: 'exact' as const, val: 'who' }];
  const routes = [createRoute('who', exact, '/who'), createRoute('hello')];
  return startTestWorker(createAppPlan(components, routes), { hello, who }, { engine });
}

for (const engine of ['link', 'jco'] as const) {
  const inbound = suite(`serveWithInboundHttp under the ${engine} engine`);
  let worker: TestWorker;
  inbound.before(async () => {
    worker = await start(engine);
  });
  inbound.after(() => worker.stop());

  const get = (path: string) => exchange(worker.port, requestText('GET', path));
  const post = (path: string, body: string, lines: string[] = []) =>
    exchange(worker.port, requestText('POST', path, [...lines, `Content-Length: ${body.length}`]) + body);

  inbound('gives the request as a record, and sends the record that comes back', async () => {
    const { status, headers, body } = await post('/a%20b?c=d', 'some text', ['X-One: 1', 'X-Two: \xc3\xa9']);
    assert.equal(
      [status, headers],
      [200, ['content-type: text/plain; charset=utf-8', `content-length: ${body.length}`]],
    );
    const lines = body.split('\n');
    for (const line of ['method: post', 'uri: /a%20b?c=d', 'x-one: 1', 'x-two: \xc3\xa9', 'spin-path-info: /a%20b'])
      assert.ok(lines.includes(line), `${line}\n${body}`);
    assert.is(lines.at(-1), 'some text');
  });

  inbound('takes long bodies, and many requests at a time', async () => {
    const bodies = ['a', 'b', 'c'].map((letter) => letter.repeat(400_000));
    const answers = await Promise.all(bodies.map((body) => post('/', body)));
    assert.equal(
      answers.map(({ body }) => body.split('\n').at(-1)),
      bodies,
    );
  });

  inbound('sends an answer without headers and body', async () => {
    const { status, headers } = await get('/bare');
    assert.equal([status, headers], [202, ['content-length: 0']]);
  });

  inbound('tells the length that the body has', async () => {
    const { headers, body } = await get('/length');
    assert.equal(headers, [`content-length: ${body.length}`]);
    assert.ok(body.length > 3);
  });

  for (const path of ['/status/99', '/status/100', '/status/601', '/wrong-header']) {
    inbound(`answers 500 for what cannot be sent: ${path}`, async () => {
      assert.equal([(await get(path)).status, (await get('/status/600')).status], [500, 600]);
    });
  }

  for (const method of ['TRACE', 'PROPFIND']) {
    inbound(`answers 405 for ${method}, which the interface has no name for`, async () => {
      assert.is((await exchange(worker.port, requestText(method, '/'))).status, 405);
    });
  }

  inbound('is reached from other components', async () => {
    const { body } = await get('/who?http://hello.spin.internal/x');
    assert.match(body, 'method: get\nuri: /x\n');
  });

  inbound('sends requests to the app itself and to other components', async () => {
    assert.match((await get('/fetch?/again')).body, 'uri: /again\n');
    assert.match((await get('/fetch?http://who.spin.internal/there')).body, 'path: /there\n');
  });

  inbound('sends a request with its headers and its body', async () => {
    const seen: (string | undefined)[] = [];
    answer = (request, response) => {
      seen.push(request.method, request.headers['x-one'] as string, request.headers['content-length']);
      request.pipe(response.setHeader('X-Latin', '\xe9').setHeader('X-Two', '2'));
    };
    const { headers, body } = await post(`/forward?${elsewhere}/`, 'x'.repeat(200_000), ['X-One: 1']);
    assert.equal(seen, ['POST', '1', '200000']);
    assert.is(body.length, 200_000);
    assert.ok(headers.includes('x-two: 2'));
    assert.not.ok(headers.some((line) => line.startsWith('x-latin')));
  });

  inbound('follows redirects as far as its rules allow', async () => {
    answer = (request, response) => {
      const to = /^\/to\/(.*)$/.exec(request.url ?? '')?.[1];
      if (to) response.writeHead(302, { location: to });
      response.end(`${request.method} ${request.url}`);
    };
    assert.is((await post(`/forward?${elsewhere}/to//end`, 'x')).body, 'GET /end');
    assert.is((await get(`/fetch?${elsewhere}/to/http://127.0.0.2/`)).body, 'destination-not-allowed');
    answer = (_, response) => response.writeHead(307, { location: '/' }).end();
    assert.is((await get(`/fetch?${elsewhere}/`)).body, 'runtime-error');
  });

  for (const [url, error] of [
    ['http://example.com/', 'destination-not-allowed'],
    ['http://127.0.0.1:1/', 'runtime-error'],
    ['example.com', 'invalid-url'],
    ['ftp://example.com', 'invalid-url'],
    ['http://', 'invalid-url'],
  ] as const) {
    inbound(`is told ${error} for ${url}`, async () => {
      const { status, body } = await get(`/fetch?${url}`);
      assert.equal([status, body], [502, error]);
    });
  }

  inbound.run();
}
