// Outbound requests as a guest makes them, against a real server.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostRule } from '../../gen/runtime.ts';
import { OutgoingBody } from '../../wasi/http/body.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { EmptyBodySource } from '../../wasi/http/message-source.ts';
import type { Method } from '../../wasi/http/method.ts';
import { OutgoingRequest, RequestOptions } from '../../wasi/http/request.ts';
import { type FutureIncomingResponse, IncomingResponse } from '../../wasi/http/response.ts';
import { InstanceCancelled, InstanceScope } from '../../wasi/instance-scope.ts';
import { STREAM_CLOSED } from '../../wasi/io/error.ts';
import type { InputStream } from '../../wasi/io/input-stream.ts';
import type { ChainedRequest } from '../factor.ts';
import { createHttpClient } from './client.ts';
import { createOutgoingHandler, type OutgoingHandlerOptions } from './handler.ts';
import { Guest } from './testing/guest.ts';

const ANY: HostRule = { host: { tag: 'any' }, port: { tag: 'any' } };

let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();
const server = createServer((request, response) => answer(request, response));
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
const authority = `127.0.0.1:${port}`;

const client = createHttpClient({ hasPooling: true, maxRequests: undefined, isBlocked: null, loadHttps: () => https });

function createHandler(more: Partial<OutgoingHandlerOptions> = {}, scope = new InstanceScope()) {
  return createOutgoingHandler(
    { client, rules: () => [ANY], entrance: () => undefined, warn: () => {}, ...more },
    scope,
  );
}

type RequestParts = { method?: Method; path?: string; headers?: [string, string][]; authority?: string | undefined };

function createRequest(parts: RequestParts = {}): OutgoingRequest {
  const request = new OutgoingRequest(
    Fields.fromList((parts.headers ?? []).map(([name, value]) => [name, bytesOf(value)])),
  );
  request.setScheme({ tag: 'HTTP' });
  request.setAuthority('authority' in parts ? parts.authority : authority);
  request.setPathWithQuery(parts.path ?? '/');
  request.setMethod(parts.method ?? { tag: 'get' });
  return request;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

async function resultOf(future: FutureIncomingResponse) {
  await future.subscribe().block();
  const result = future.get();
  if (result?.tag !== 'ok') throw new Error('the result was taken before');
  return result.val;
}

async function responseOf(future: FutureIncomingResponse): Promise<IncomingResponse> {
  const result = await resultOf(future);
  if (result.tag === 'err') throw new Error(result.val.tag);
  return result.val;
}

async function errorOf(future: FutureIncomingResponse): Promise<ErrorCode> {
  const result = await resultOf(future);
  if (result.tag === 'ok') throw new Error(`status ${result.val.status()}`);
  return result.val;
}

async function readAll(stream: InputStream): Promise<number> {
  let length = 0;
  for (;;) {
    try {
      length += (await stream.blockingRead(1n << 20n)).length;
    } catch (error) {
      assert.is(error, STREAM_CLOSED);
      return length;
    }
  }
}

/** Records what the server gets, and answers with its length. */
function record() {
  const seen = { line: '', headers: [] as string[], body: '', trailers: [] as string[] };
  answer = async (request, response) => {
    seen.line = `${request.method} ${request.url}`;
    seen.headers = request.rawHeaders;
    for await (const chunk of request) seen.body += chunk;
    seen.trailers = request.rawTrailers;
    response.writeHead(201, ['X-Twice', '1', 'x-twice', '\xe9', 'Content-Type', 'text/plain']);
    response.end(String(seen.body.length));
  };
  return seen;
}

const handle = suite('outgoing-handler.handle');

handle('sends the request as it is, under the name of its authority', async () => {
  const seen = record();
  const headers: [string, string][] = [
    ['Host', 'forged'],
    ['X-Dup', '1'],
    ['x-dup', '\xe9'],
  ];
  const response = await responseOf(createHandler()(createRequest({ path: '/%C3%A9?a=%20', headers }), undefined));
  assert.is(seen.line, 'GET /%C3%A9?a=%20');
  assert.equal(seen.headers.slice(0, 6), ['host', authority, 'x-dup', '1', 'x-dup', '\xe9']);
  assert.is(response.status(), 201);
  assert.equal(response.headers().raw().slice(0, 4), ['x-twice', '1', 'x-twice', '\xe9']);
});

handle('sends a body of unknown length in chunks, whatever the method, with trailers', async () => {
  for (const tag of ['post', 'delete', 'get'] as const) {
    const seen = record();
    const request = createRequest({ method: { tag } });
    const body = request.body();
    const future = createHandler()(request, undefined);
    const stream = body.write();
    await stream.blockingWriteAndFlush(bytesOf('Hello, '));
    await stream.blockingWriteAndFlush(bytesOf('world!'));
    OutgoingBody.finish(body, Fields.fromList([['x-sum', bytesOf('1')]]));
    await responseOf(future);
    assert.is(seen.body, 'Hello, world!');
    assert.equal(seen.trailers, ['x-sum', '1']);
  }
});

handle('sends a body of declared length as such', async () => {
  const seen = record();
  const request = createRequest({ method: { tag: 'post' }, headers: [['Content-Length', '13']] });
  const body = request.body();
  await body.write().blockingWriteAndFlush(bytesOf('Hello, world!'));
  OutgoingBody.finish(body, undefined);
  await responseOf(createHandler()(request, undefined));
  assert.is(seen.body, 'Hello, world!');
  assert.not.ok(seen.headers.includes('chunked'));
});

handle('says that an empty body is empty where a body is expected', async () => {
  const seen = record();
  await responseOf(createHandler()(createRequest({ method: { tag: 'post' } }), undefined));
  assert.equal(seen.headers.slice(2, 4), ['content-length', '0']);
  await responseOf(createHandler()(createRequest(), undefined));
  assert.not.ok(seen.headers.includes('content-length'));
});

handle('streams some megabytes both ways, neither side faster than the other takes them', async () => {
  answer = (request, response) => {
    response.flushHeaders();
    request.pipe(response);
  };
  const request = createRequest({ method: { tag: 'post' } });
  const body = request.body();
  const stream = body.write();
  const response = await responseOf(createHandler()(request, undefined));
  const reading = readAll(response.consume().stream());
  const chunk = new Uint8Array(4096);
  for (let sent = 0; sent < 4 << 20; sent += chunk.length) await stream.blockingWriteAndFlush(chunk);
  OutgoingBody.finish(body, undefined);
  assert.is(await reading, 4 << 20);
});

handle('follows no redirect', async () => {
  answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
  assert.is((await responseOf(createHandler()(createRequest(), undefined))).status(), 302);
});

handle('sends again what a kept connection swallowed that the server was closing', async () => {
  let count = 0;
  answer = (request, response) => {
    count++;
    if (count === 2) request.socket.resetAndDestroy();
    else response.end('x');
  };
  const handler = createHandler();
  await readAll((await responseOf(handler(createRequest(), undefined))).consume().stream());
  await new Promise((resolve) => setImmediate(resolve));
  assert.is((await responseOf(handler(createRequest(), undefined))).status(), 200);
  assert.is(count, 3);
});

handle('denies by the rules, in the response, and tells the operator how to allow it', async () => {
  const warnings: string[] = [];
  const handler = createHandler({ rules: () => [], warn: (line) => warnings.push(line) });
  const request = createRequest({ method: { tag: 'post' } });
  const body = request.body();
  const future = handler(request, undefined);
  // A guest may write its body before it looks at the answer.
  await body.write().blockingWriteAndFlush(bytesOf('x'));
  assert.equal(await errorOf(future), { tag: 'HTTP-request-denied' });
  assert.equal(warnings, [
    `Warning: A component tried to make an outbound network connection to disallowed destination 'http://${authority}'.`,
    `To allow this request, add 'allowed_outbound_hosts = ["http://${authority}"]' to the manifest component section.`,
  ]);
});

handle('waits for rules that have to be asked for', async () => {
  record();
  const allowed = createHandler({ rules: async () => [ANY] })(createRequest(), undefined);
  assert.is((await responseOf(allowed)).status(), 201);
  const failed = createHandler({ rules: () => Promise.reject(new Error('vault sealed')) })(createRequest(), undefined);
  assert.equal(await errorOf(failed), { tag: 'internal-error', val: 'Error: vault sealed' });
});

for (const [own, hostname, expected] of [
  [undefined, '127.0.0.1', '127.0.0.1:7'],
  ['self.alt', '::1', '[::1]:7'],
] as const) {
  handle(`sends a request to ${own ?? 'no authority'} to the app itself at ${expected}`, async () => {
    const asked: ChainedRequest[] = [];
    const call = (request: ChainedRequest, response: FutureIncomingResponse) => {
      asked.push(request);
      response.settle({ tag: 'ok', val: new IncomingResponse(200, new Fields(), new EmptyBodySource()) });
    };
    const entrance = { address: { hostname, port: 7 }, call };
    const rules: HostRule[] = [{ scheme: 'http', host: { tag: 'self-host' }, port: { tag: 'exact', val: 80 } }];
    const handler = createHandler({ entrance: () => entrance, rules: () => rules });
    await responseOf(handler(createRequest({ authority: own, path: '/own' }), undefined));
    const [{ componentId, method, authority, pathWithQuery } = {} as ChainedRequest] = asked;
    assert.equal([componentId, method, authority, pathWithQuery], [undefined, 'GET', expected, '/own']);
    const warnings: string[] = [];
    const denied = createHandler({ entrance: () => entrance, rules: () => [], warn: (line) => warnings.push(line) });
    assert.equal(await errorOf(denied(createRequest({ authority: own }), undefined)), { tag: 'HTTP-request-denied' });
    assert.match(warnings.join(), '["http://self"]');
  });
}

handle('throws for a scheme that is not of HTTP', () => {
  const request = createRequest();
  request.setScheme({ tag: 'other', val: 'ftp' });
  assert.throws(
    () => createHandler()(request, undefined),
    (error: unknown) => (error as ErrorCode).tag === 'HTTP-protocol-error',
  );
});

handle('tells why there is no response', async () => {
  const closed = createTcpServer();
  await once(closed.listen(0, '127.0.0.1'), 'listening');
  const closedPort = (closed.address() as AddressInfo).port;
  await new Promise((resolve) => closed.close(resolve));
  const errorFor = (to: string) => errorOf(createHandler()(createRequest({ authority: to }), undefined));
  assert.equal(await errorFor(`127.0.0.1:${closedPort}`), { tag: 'connection-refused' });
  assert.is((await errorFor('no-such-host.invalid')).tag, 'DNS-error');
  answer = (request) => request.socket.end('nonsense\r\n\r\n');
  assert.equal(await errorFor(authority), { tag: 'HTTP-protocol-error' });
});

handle('keeps to the time limits of the request', async () => {
  answer = () => {};
  const options = new RequestOptions();
  options.setFirstByteTimeout(20_000_000n);
  assert.equal(await errorOf(createHandler()(createRequest(), options)), { tag: 'connection-read-timeout' });
  answer = (_, response) => void response.writeHead(200).write('x');
  const slow = new RequestOptions();
  slow.setBetweenBytesTimeout(20_000_000n);
  const response = await responseOf(createHandler()(createRequest(), slow));
  const error = await readAll(response.consume().stream()).catch((thrown) => thrown);
  assert.not.type(error, 'number');
});

handle('gives a body up that breaks off', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('x');
    setImmediate(() => response.destroy());
  };
  const response = await responseOf(createHandler()(createRequest(), undefined));
  const stream = response.consume().stream();
  let error: unknown;
  while (error === undefined) {
    try {
      await stream.blockingRead(10n);
    } catch (thrown) {
      error = thrown;
    }
  }
  assert.is((error as { tag: string }).tag, 'last-operation-failed');
});

handle('tells a guest of a body that broke off before it was asked for', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('x');
    setTimeout(() => response.destroy(), 5);
  };
  using guest = new Guest();
  const future = guest.get(`http://${authority}`);
  const response = await responseOf(future);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stream = response.consume().stream();
  const error = await readAll(stream).catch((thrown) => thrown);
  assert.not.type(error, 'number');
});

handle('tells a guest that still writes that the server is gone, or has answered and gone', async () => {
  answer = (request) => setTimeout(() => request.socket.destroy(), 20);
  using guest = new Guest();
  const unanswered = guest.begin(`http://${authority}`);
  for (let count = 0; count < 1024; count++) await unanswered.stream.blockingWriteAndFlush(new Uint8Array(4096));
  assert.equal(await errorOf(unanswered.future), { tag: 'HTTP-protocol-error' });
  answer = (request, response) => {
    response.writeHead(413).end('x');
    setTimeout(() => request.socket.destroy(), 20);
  };
  const refused = guest.begin(`http://${authority}`);
  const error = await (async () => {
    for (;;) await refused.stream.blockingWriteAndFlush(new Uint8Array(4096));
  })().catch((thrown: unknown) => thrown);
  assert.is((error as { tag: string }).tag, 'closed');
});

handle('ends with its instance: the connection is closed and whoever waits traps', async () => {
  const scope = new InstanceScope();
  const arrived = new Promise<IncomingMessage>((resolve) => {
    answer = (request) => resolve(request);
  });
  const waiting = (createHandler({}, scope)(createRequest(), undefined).subscribe().block() as Promise<void>).catch(
    (error: unknown) => error,
  );
  const request = await arrived;
  scope.release();
  assert.instance(await waiting, InstanceCancelled);
  if (!request.socket.destroyed) await once(request.socket, 'close');
});

handle('ends when the guest drops the response it waits for', async () => {
  const arrived = new Promise<IncomingMessage>((resolve) => {
    answer = (request) => resolve(request);
  });
  const future = createHandler()(createRequest(), undefined);
  const request = await arrived;
  future[Symbol.dispose]();
  if (!request.socket.destroyed) await once(request.socket, 'close');
});

handle.after(() => {
  server.close();
  server.closeAllConnections();
});
handle.run();
