// Outbound requests of a component within what its pod's owner says about connections.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import {
  createSecureServer as createHttp2Server,
  createServer as createPlainHttp2Server,
  type Http2SecureServer,
} from 'node:http2';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Fields } from '../../wasi/http/fields.ts';
import { OutgoingRequest } from '../../wasi/http/request.ts';
import type { FutureIncomingResponse } from '../../wasi/http/response.ts';
import { InstanceScope } from '../../wasi/instance-scope.ts';
import { createAppPlan, createComponentPlan } from '../../worker/testing/prepared-app.ts';
import { emptyRuntimeConfig } from '../runtime-config/empty.ts';
import type { ClientTlsConfig, NetworkingConfig } from '../runtime-config/networking.ts';
import { createFactorContext } from '../testing/context.ts';
import { outboundHttp } from './outbound-http.ts';
import { cert, key } from './testing/certificate.ts';
import { listen } from './testing/guest.ts';

type Send = (url: string) => FutureIncomingResponse;

/** What sends requests of a component that may reach everything, and the scope that it does so in. */
async function open(
  networking: Partial<NetworkingConfig>,
  environment: Record<string, string> = {},
): Promise<{ send: Send; scope: InstanceScope }> {
  const everything = { tag: 'rule', val: { host: { tag: 'any' }, port: { tag: 'any' } } } as const;
  const component = createComponentPlan('c', { allowedOutboundHosts: [everything] });
  const runtimeConfig = { ...emptyRuntimeConfig, networking: { ...emptyRuntimeConfig.networking, ...networking } };
  const context = createFactorContext(createAppPlan([component], []), { runtimeConfig, environment });
  const factor = await (await outboundHttp.configure(context)).prepare(component);
  const scope = new InstanceScope();
  const handle = factor.create?.(scope)['wasi:http/outgoing-handler@0.2']?.['handle'];
  const send: Send = (text) => {
    const url = new URL(text);
    const request = new OutgoingRequest(new Fields());
    request.setScheme({ tag: url.protocol === 'https:' ? 'HTTPS' : 'HTTP' });
    request.setAuthority(url.host);
    return (handle as (request: OutgoingRequest) => FutureIncomingResponse)(request);
  };
  return { send, scope };
}

/** The status of an answer, or the error's tag. */
async function resultOf(future: FutureIncomingResponse): Promise<number | string> {
  await future.subscribe().block();
  const result = future.get();
  if (result?.tag !== 'ok') return 'nothing';
  return result.val.tag === 'ok' ? result.val.val.status() : result.val.val.tag;
}

/** Reads the body of an answer to its end. */
async function readBody(future: FutureIncomingResponse): Promise<void> {
  await future.subscribe().block();
  const result = future.get();
  if (result?.tag !== 'ok' || result.val.tag !== 'ok') throw new Error('no answer');
  const stream = result.val.val.consume().stream();
  for (;;) {
    try {
      await stream.blockingRead(1n << 20n);
    } catch {
      return;
    }
  }
}

const networking = suite<{ server: Server; address: string; connections: number }>('outbound connections');

networking.before(async (context) => {
  context.server = createServer((_, response) => response.end()).on('connection', () => context.connections++);
  context.address = await listen(context.server);
});
networking.before.each((context) => {
  context.connections = 0;
});
networking.after(({ server }) => {
  server.close();
  server.closeAllConnections();
});

networking('do not lead to a blocked address, by itself or by a name', async ({ address }) => {
  const { send } = await open({ blocked: { networks: [], hasPrivate: true } });
  assert.is(await resultOf(send(`http://${address}`)), 'destination-IP-prohibited');
  assert.is(await resultOf(send(`http://${address.replace('127.0.0.1', 'localhost')}`)), 'destination-IP-prohibited');
});

networking('lead to others', async ({ address }) => {
  const networks = [{ address: Uint8Array.of(10, 0, 0, 0), prefixLength: 8 }];
  const { send } = await open({ blocked: { networks, hasPrivate: false } });
  assert.is(await resultOf(send(`http://${address}`)), 200);
  assert.is(await resultOf(send(`http://${address.replace('127.0.0.1', 'localhost')}`)), 200);
});

networking('are of HTTP/2 without TLS where a variable says so of the authority, within the same bounds', async () => {
  const server = createPlainHttp2Server((_, response) => void response.writeHead(200).end());
  const address = await listen(server);
  const variable = { SPIN_OUTBOUND_H2C_PRIOR_KNOWLEDGE: address };
  const { send, scope } = await open({}, variable);
  assert.is(await resultOf(send(`http://${address}`)), 200);
  const byName = address.replace('127.0.0.1', 'localhost');
  assert.is(await resultOf(send(`http://${byName}`)), 'HTTP-protocol-error');
  scope.release();
  const bounded = { blocked: { networks: [], hasPrivate: true } };
  for (const one of [address, byName]) {
    const { send } = await open(bounded, { SPIN_OUTBOUND_H2C_PRIOR_KNOWLEDGE: one });
    assert.is(await resultOf(send(`http://${one}`)), 'destination-IP-prohibited');
  }
  server.close();
});

for (const [hasPooling, connections] of [
  [true, 1],
  [false, 2],
] as const) {
  networking(`are ${hasPooling ? 'kept' : 'not kept'} for a next request`, async (context) => {
    const { send } = await open({ http: { hasPooling, maxRequests: undefined } });
    for (const _ of [1, 2]) await readBody(send(`http://${context.address}`));
    assert.is(context.connections, connections);
  });
}

networking('are as many as the limit says', async ({ address }) => {
  const none = await open({ http: { hasPooling: true, maxRequests: 0 } });
  assert.is(await resultOf(none.send(`http://${address}`)), 'connection-limit-reached');
  const { send, scope } = await open({ http: { hasPooling: true, maxRequests: 1 } });
  const first = send(`http://${address}`);
  const second = send(`http://${address}`);
  assert.is(await resultOf(first), 200);
  assert.not(second.isReady());
  scope.release();
  assert.is(await resultOf(send(`http://${address}`)), 200);
});

networking.run();

const tls = suite<{
  directory: string;
  server: Server;
  http2Server: Http2SecureServer;
  addresses: Record<'HTTP/1.1' | 'HTTP/2', string>;
  config: ClientTlsConfig;
}>('client TLS');

tls.before(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'client-tls-'));
  for (const [name, text] of Object.entries({ 'cert.pem': cert, 'key.pem': key })) {
    await writeFile(join(context.directory, name), text);
  }
  const wanted = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: false };
  context.server = createSecureServer(wanted, (request, response) => {
    response.writeHead((request.socket as TLSSocket).authorized ? 200 : 403).end();
  });
  context.http2Server = createHttp2Server(wanted, (request, response) => {
    response.writeHead((request.socket as TLSSocket).authorized ? 200 : 403).end();
  });
  context.addresses = { 'HTTP/1.1': await listen(context.server), 'HTTP/2': await listen(context.http2Server) };
  context.config = {
    componentIds: ['c'],
    hosts: ['127.0.0.1'],
    hasDefaultRoots: false,
    rootsFile: join(context.directory, 'cert.pem'),
    client: { certificateFile: join(context.directory, 'cert.pem'), keyFile: join(context.directory, 'key.pem') },
  };
});
tls.after(async ({ directory, server, http2Server }) => {
  server.close();
  server.closeAllConnections();
  http2Server.close();
  await rm(directory, { recursive: true });
});

const changes: [why: string, change: Partial<ClientTlsConfig>, result: number | string][] = [
  ['shows its certificate to a server that it trusts', {}, 200],
  ['trusts without showing anything', { client: undefined }, 403],
  ['trusts beside all others', { hasDefaultRoots: true }, 200],
  ['does not trust for another host', { hosts: ['*.example.com'] }, 'TLS-protocol-error'],
  ['does not trust for another component', { componentIds: ['other'] }, 'TLS-protocol-error'],
  ['does not trust what its file does not have', { rootsFile: undefined }, 'TLS-protocol-error'],
];
for (const [why, change, result] of changes) {
  for (const protocol of ['HTTP/1.1', 'HTTP/2'] as const) {
    tls(`${why}, over ${protocol}`, async ({ addresses, config }) => {
      const { send, scope } = await open({ clientTls: [{ ...config, ...change }] });
      assert.is(await resultOf(send(`https://${addresses[protocol]}`)), result);
      scope.release();
    });
  }
}

tls('names a file that has no certificate, at start', async ({ config, directory }) => {
  const message = await open({ clientTls: [{ ...config, rootsFile: join(directory, 'key.pem') }] }).then(
    () => 'none',
    (error: Error) => error.message,
  );
  assert.is(message, `${directory}/key.pem has no certificate (client_tls)`);
});

tls.run();
