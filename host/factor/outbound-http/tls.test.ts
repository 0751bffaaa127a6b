// Outbound requests over TLS: what a certificate must be.

import { once } from 'node:events';
import https, { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Fields } from '../../wasi/http/fields.ts';
import { OutgoingRequest } from '../../wasi/http/request.ts';
import type { FutureIncomingResponse } from '../../wasi/http/response.ts';
import { InstanceScope } from '../../wasi/instance-scope.ts';
import { createHttpClient } from './client.ts';
import { createOutgoingHandler } from './handler.ts';
import { cert, key } from './testing/certificate.ts';

const server = createServer({ key, cert }, (_, response) => response.end('secret'));
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

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

tls.after(() => {
  server.close();
  server.closeAllConnections();
});
tls.run();
