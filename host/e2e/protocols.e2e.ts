// What clients may speak to an app in its container beside HTTP/1.1: HTTP/2 on the same port, and either of them under TLS with files
// that are mounted as a Secret would be.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect } from 'node:http2';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as assert from 'uvu/assert';
import { cert, key } from '../factor/outbound-http/testing/certificate.ts';
import { runApp, TEST_APP } from '../testing/app.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importApp } from '../testing/images.ts';
import { findFreePort, request } from '../testing/network.ts';
import { until } from '../testing/until.ts';

/** Sends a request over a session of HTTP/2 and reads its answer. */
async function ask(session: ClientHttp2Session, path: string, body?: string): Promise<[status: unknown, body: string]> {
  const stream = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST' });
  stream.end(body);
  const [headers] = await once(stream, 'response');
  return [headers[':status'], await text(stream)];
}

async function withSession(
  url: string,
  use: (session: ClientHttp2Session) => Promise<void>,
  options: { readonly ca?: string } = {},
): Promise<void> {
  const session = connect(url, options);
  try {
    await use(session);
  } finally {
    session.destroy();
  }
}

/** Sends a request of HTTP/1.1 over TLS on a connection of its own. */
async function askSecurely(url: string): Promise<[status: number | undefined, body: string]> {
  const [response] = await once(get(url, { ca: cert, agent: false }), 'response');
  return [response.statusCode, await text(response)];
}

await onEachRelease('protocols', (test) => {
  test('are HTTP/1.1 and HTTP/2 on one port, the latter with many requests on one connection', async (containerd) => {
    const url = await runApp(containerd, 'app');
    await withSession(url, async (session) => {
      assert.equal(await ask(session, '/echo', 'over HTTP/2'), [200, 'over HTTP/2']);
      const [sleeping, long, missing] = await Promise.all([
        ask(session, '/sleep/50'),
        ask(session, '/bytes/3000000'),
        ask(session, '/trap'),
      ]);
      assert.equal([sleeping[0], long[0], long[1].length, missing], [200, 200, 3_000_000, [500, '']]);
      assert.is((await request(`${url}/hello`)).status, 200, 'HTTP/1.1');
    });
  });

  test('are the same under TLS, with a certificate that is mounted', async (containerd) => {
    const folder = await mkdtemp(join(tmpdir(), 'protocols-'));
    try {
      await writeFile(join(folder, 'tls.crt'), cert);
      await writeFile(join(folder, 'tls.key'), key);
      const address = `127.0.0.1:${await findFreePort()}`;
      const url = `https://${address}`;
      await containerd.run('app', await importApp(containerd, TEST_APP), {
        flags: ['--net-host', '--mount', `type=bind,src=${folder},dst=/tls,options=rbind:ro`],
        environment: [`SPIN_HTTP_LISTEN_ADDR=${address}`, 'SPIN_TLS_CERT=/tls/tls.crt', 'SPIN_TLS_KEY=/tls/tls.key'],
      });
      await until('the app answers', async () => (await askSecurely(`${url}/hello`))[0] === 200);
      const [, seen] = await askSecurely(`${url}/request`);
      assert.match(seen, `spin-full-url: ${url}/request`);
      await withSession(
        url,
        async (session) => {
          assert.equal(await ask(session, '/echo', 'in secret'), [200, 'in secret']);
          assert.is(session.alpnProtocol, 'h2');
        },
        { ca: cert },
      );
      assert.match(await containerd.log('app'), `Serving ${url}`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
