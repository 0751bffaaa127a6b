// Outbound requests over TLS: what a certificate must be.

import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Fields } from '../../wasi/http/fields.ts';
import { OutgoingRequest } from '../../wasi/http/request.ts';
import type { FutureIncomingResponse } from '../../wasi/http/response.ts';
import { InstanceScope } from '../../wasi/instance-scope.ts';
import { createHttpClient } from './client.ts';
import { createOutgoingHandler } from './handler.ts';

// For 127.0.0.1, signed by itself, valid until 2126; made with `openssl req -new -x509`.
const key = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIDYKFMF/I3QJbo+o0WRXHrrwcTH3HNE6yXLH7pfOwSUXoAoGCCqGSM49
AwEHoUQDQgAEhR4wRDdSgaPtvnFKHKwpB6/6rrZUxPChsssSvxXjbi6LJpjwVJAP
BXJ5DBOuB+Y4OV+twRY0eZfOMmsn2668pQ==
-----END EC PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUdoUyvPSO1VmXnlSJCl6h1AMLdEYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzIwNDMzM1oYDzIxMjYxMDMw
MjA0MzMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASFHjBEN1KBo+2+cUocrCkHr/qutlTE8KGyyxK/FeNuLosmmPBUkA8F
cnkME64H5jg5X63BFjR5l84yayfbrrylo2QwYjAdBgNVHQ4EFgQU4IX5I8OPOI+p
a6t7WkEFmLNdtuIwHwYDVR0jBBgwFoAU4IX5I8OPOI+pa6t7WkEFmLNdtuIwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IFCeZmedkR1j/6vjgdccCWTb+JJeH9xilN5zKqCZ8brYAiEAgOCZNhUv1LnAfGIs
H9kh/V3hRz+9hRq4uWq+iz4YoJE=
-----END CERTIFICATE-----`;

const server = createServer({ key, cert }, (_, response) => response.end('secret'));
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

const send = createOutgoingHandler(
  {
    client: createHttpClient(),
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
