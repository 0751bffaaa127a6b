// Requests of an app to servers of HTTP/2: one that chooses it over TLS, and one that a variable says speaks it without.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findApp } from '../build/fixture/app.ts';
import { cert, key } from '../factor/outbound-http/testing/certificate.ts';
import { listen } from '../factor/outbound-http/testing/guest.ts';
import { serveApp } from '../testing/served-app.ts';

type Context = { directory: string; plain: Http2Server; secure: Http2Server };

const http2 = suite<Context>('outbound HTTP/2');

/** Answers with where it was asked for what, and by which protocol. */
function answer(stream: ServerHttp2Stream, fields: Record<string, unknown>): void {
  stream.respond({ ':status': 203 });
  stream.end(`${fields[':scheme']} ${fields[':path']} ${stream.session?.alpnProtocol}`);
}

http2.before(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'outbound-http2-'));
  context.plain = createServer().on('stream', answer);
  context.secure = createSecureServer({ key, cert }).on('stream', answer);
});
http2.after(async ({ directory, plain, secure }) => {
  plain.close();
  secure.close();
  await rm(directory, { recursive: true });
});

http2('is what an app speaks to such servers', async ({ directory, plain, secure }) => {
  const folder = join(directory, 'app');
  await cp(findApp('hello-c') ?? '', folder, { recursive: true });
  const manifest = await readFile(join(folder, 'spin.toml'), 'utf8');
  await writeFile(join(folder, 'spin.toml'), manifest.replace('"http://127.0.0.1:*"', '"*://127.0.0.1:*"'));
  await writeFile(join(folder, 'roots.pem'), cert);
  const authority = await listen(plain);
  await using app = await serveApp(folder, {
    SPIN_OUTBOUND_H2C_PRIOR_KNOWLEDGE: authority,
    SSL_CERT_FILE: '/roots.pem',
  });
  for (const [url, body] of [
    [`http://${authority}/a?b`, 'http /a?b h2c'],
    [`https://${await listen(secure)}/a?b`, 'https /a?b h2'],
  ]) {
    const got = await app.request(`/fetch?${url}`);
    assert.equal([got.status, got.body], [203, body], app.log());
  }
});

http2.run();
