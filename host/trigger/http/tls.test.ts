// HTTPS on the listener, from files.

import { once } from 'node:events';
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cert, key, renewedCert } from '../../factor/outbound-http/testing/certificate.ts';
import { until } from '../../testing/until.ts';
import { httpLimitsOf } from './limits.ts';
import { type HttpServer, listenHttp } from './server.ts';
import { tlsFilesOf } from './tls.ts';

const files = suite('tlsFilesOf');

files('finds none where none are named', () => assert.is(tlsFilesOf({}), undefined));
files('takes both', () => {
  const environment = { SPIN_TLS_CERT: '/tls/tls.crt', SPIN_TLS_KEY: '/tls/tls.key' };
  assert.equal(tlsFilesOf(environment), { certificate: '/tls/tls.crt', key: '/tls/tls.key' });
});
files('refuses one without the other', () => {
  assert.throws(() => tlsFilesOf({ SPIN_TLS_KEY: '/tls/tls.key' }), /SPIN_TLS_CERT and SPIN_TLS_KEY go together/);
});

files.run();

const https = suite('HTTPS');
let folder: string;
let server: HttpServer;
const logged: string[] = [];

/** Puts a certificate where Kubernetes would: a link to a folder that is exchanged in one step. */
async function mount(name: string, certificate: string): Promise<void> {
  await writeFile(join(folder, name), certificate);
  await symlink(name, join(folder, 'link'));
  await rename(join(folder, 'link'), join(folder, 'tls.crt'));
}

function listen(): Promise<HttpServer> {
  const tls = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key'), watchMs: 20 };
  return listenHttp({ hostname: '127.0.0.1', port: 0 }, async (exchange) => exchange.answerWhole(200, [], 'secret'), {
    tls,
    log: (line) => logged.push(line),
    sweepMs: 20,
  });
}

https.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tls-'));
  await writeFile(join(folder, 'tls.key'), key);
  await mount('first', cert);
  server = await listen();
});
https.after(async () => {
  server.close();
  await server.drain();
  await rm(folder, { recursive: true });
});

https('answers over HTTP/1.1', async () => {
  const { port } = server.address;
  const sent = request({ host: '127.0.0.1', port, ca: cert, agent: false }).end();
  const [response] = await once(sent, 'response');
  const [body] = await once(response.setEncoding('utf8'), 'data');
  assert.equal([response.httpVersion, response.statusCode, body], ['1.1', 200, 'secret']);
  await until('no connection', () => server.connectionCount === 0);
});

https('answers over HTTP/2', async () => {
  const session = connectHttp2(`https://127.0.0.1:${server.address.port}`, { ca: cert });
  const [body] = await once(session.request({ ':path': '/' }).setEncoding('utf8'), 'data');
  assert.is(body, 'secret');
  session.close();
  await until('no connection', () => server.connectionCount === 0);
});

https('closes the connection of a client that speaks no TLS', async () => {
  const socket = connect(server.address.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
});

https('counts clients whose handshake is not done', async () => {
  const tls = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  const limits = { ...httpLimitsOf({}), connections: 1 };
  const small = await listenHttp({ hostname: '127.0.0.1', port: 0 }, async () => {}, { tls, limits });
  const first = connect(small.address.port, '127.0.0.1');
  await once(first, 'connect');
  const second = connect(small.address.port, '127.0.0.1')
    .on('error', () => {})
    .resume();
  await once(second, 'close');
  assert.is(first.destroyed, false);
  first.destroy();
  await small.drain();
});

https('takes a renewed certificate up, and keeps the one it has where the files cannot be used', async () => {
  await mount('broken', 'no certificate');
  await until('a warning', () => logged.some((line) => /stays as it was: cannot use the certificate/.test(line)));
  assert.not.match(await subjectOf(), /renewed/);
  await mount('second', renewedCert);
  await until('the news', () => logged.some((line) => /was read anew/.test(line)));
  assert.match(await subjectOf(), /renewed/);
});

https('does not begin without its files', async () => {
  const tls = { certificate: join(folder, 'none'), key: join(folder, 'tls.key') };
  const error = await listenHttp({ hostname: '127.0.0.1', port: 0 }, async () => {}, { tls }).catch((reason) => reason);
  assert.match(String(error), /cannot use the certificate ".*none" with the key ".*tls\.key": ENOENT/);
});

async function subjectOf(): Promise<string> {
  const socket = connectTls({ port: server.address.port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return JSON.stringify(subject);
}

https.run();
