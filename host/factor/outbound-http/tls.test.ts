// Outbound requests over TLS: what a certificate must be.

import { once } from 'node:events';
import https, { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../testing/until.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { OutgoingRequest, RequestOptions } from '../../wasi/http/request.ts';
import type { FutureIncomingResponse } from '../../wasi/http/response.ts';
import { InstanceScope } from '../../wasi/instance-scope.ts';
import { createHttpClient } from './client.ts';
import { createOutgoingHandler } from './handler.ts';
import { cert, key } from './testing/certificate.ts';
import { errorOf, Guest, listen, readWhole } from './testing/guest.ts';

const server = createServer({ key, cert }, (_, response) => response.end('secret'));
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
let connections = 0;
server.on('secureConnection', () => connections++);

const send = createOutgoingHandler(
  {
    client: createHttpClient({ hasPooling: true, maxRequests: undefined, isBlocked: null, loadHttps: () => https }),
    rules: () => [{ host: { tag: 'any' }, port: { tag: 'any' } }],
    entrance: () => undefined,
    warn: () => {},
  },
  new InstanceScope(),
);

async function resultOf(future: FutureIncomingResponse) {
  await future.subscribe().block();
  const taken = future.get();
  return taken?.tag === 'ok' ? taken.val : undefined;
}

function createRequest(scheme: 'HTTP' | 'HTTPS' | undefined): OutgoingRequest {
  const request = new OutgoingRequest(new Fields());
  request.setScheme(scheme && { tag: scheme });
  request.setAuthority(`127.0.0.1:${port}`);
  return request;
}

const tls = suite('outbound TLS');

for (const scheme of ['HTTPS', undefined] as const) {
  tls(`trusts no certificate that nobody vouches for; scheme ${scheme ?? 'left out'}`, async () => {
    const result = await resultOf(send(createRequest(scheme), undefined));
    assert.equal(result, { tag: 'err', val: { tag: 'TLS-protocol-error' } });
  });
}

tls('is not guessed: plain HTTP to such a server fails as HTTP', async () => {
  const result = await resultOf(send(createRequest('HTTP'), undefined));
  assert.equal(result, { tag: 'err', val: { tag: 'HTTP-protocol-error' } });
});

tls('tells in the handshake what it speaks, and keeps to HTTP/1.1 where the server chooses that', async () => {
  using guest = new Guest();
  const answers = await Promise.all([1, 2, 3].map(() => readWhole(guest.get(`https://127.0.0.1:${port}`))));
  assert.equal(
    answers.map(({ text }) => text),
    ['secret', 'secret', 'secret'],
  );
  const before = connections;
  assert.is((await readWhole(guest.get(`https://127.0.0.1:${port}`))).text, 'secret');
  assert.is(connections, before);
  const { moduleLoadList } = process as unknown as { moduleLoadList: string[] };
  assert.ok(moduleLoadList.includes('NativeModule https'));
  assert.not.ok(moduleLoadList.includes('NativeModule internal/http2/core'));
});

tls('has a connection for each request where none is to be kept', async () => {
  using guest = new Guest({ hasPooling: false });
  const before = connections;
  for (const _ of [1, 2]) await readWhole(guest.get(`https://127.0.0.1:${port}`));
  assert.is(connections, before + 2);
});

tls('takes a server that chooses nothing for one of HTTP/1.1', async () => {
  let offered: unknown;
  const silent = createTlsServer({ key, cert }, (socket) => {
    offered = socket.alpnProtocol;
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi');
  });
  const authority = await listen(silent);
  using guest = new Guest();
  assert.is((await readWhole(guest.get(`https://${authority}`))).text, 'hi');
  assert.is(offered, false);
  silent.close();
});

tls('does not wait for a handshake longer than the guest does', async () => {
  const sockets: Socket[] = [];
  const deaf = createTcpServer((socket) => sockets.push(socket.on('error', () => {}).resume()));
  const authority = await listen(deaf);
  using guest = new Guest();
  const options = new RequestOptions();
  options.setConnectTimeout(30_000_000n);
  const dropped = guest.get(`https://${authority}`);
  const late = guest.get(`https://${authority}`, { options });
  assert.is(await errorOf(late), 'connection-timeout');
  assert.not.ok(dropped.isReady());
  dropped[Symbol.dispose]();
  await until('nobody waits', () => sockets.length === 1 && sockets[0]?.closed === true);
  deaf.close();
});

tls.after(() => {
  server.close();
  server.closeAllConnections();
});
tls.run();
