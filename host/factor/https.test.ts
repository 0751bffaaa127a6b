// What HTTPS trusts. It is a process's default, so each case has a process of its own.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { splitCertificates } from './https.ts';
import { cert, key } from './outbound-http/testing/certificate.ts';

const SCRIPT = `
import { createHttpsLoader } from ${JSON.stringify(join(import.meta.dirname, 'https.ts'))};
import { readRoots } from ${JSON.stringify(join(import.meta.dirname, '../worker/files.ts'))};
const [root, url, environment] = process.argv.slice(1);
const load = createHttpsLoader(() => readRoots(root, JSON.parse(environment)), console.log);
load().get(url, (response) => response.resume().on('end', () => console.log(response.statusCode)))
  .on('error', ({ code }) => console.log(code));`;

type Context = { root: string; ask: (environment?: Record<string, string>) => Promise<string> };

const server = createServer({ key, cert }, (_, response) => response.end());
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const https = suite<Context>('createHttpsLoader');

https.before.each(async (context) => {
  context.root = await mkdtemp(join(tmpdir(), 'https-'));
  context.ask = async (environment = {}) => {
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', SCRIPT, context.root, url];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, JSON.stringify(environment)]);
    return stdout.trim();
  };
});
https.after.each(({ root }) => rm(root, { recursive: true }));
https.after(() => {
  server.close();
  server.closeAllConnections();
});

https('trusts what the container trusts', async ({ root, ask }) => {
  assert.is(await ask(), 'DEPTH_ZERO_SELF_SIGNED_CERT');
  await writeFile(join(root, 'mine.pem'), `# mine\n${cert}\n`);
  assert.is(await ask({ SSL_CERT_FILE: '/mine.pem' }), '200');
  assert.is(await ask({ SSL_CERT_DIR: '/other:/' }), '200');
});

https('says that certificates are malformed, and trusts the others', async ({ root, ask }) => {
  await writeFile(join(root, 'mine.pem'), '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n');
  const [warning = '', code] = (await ask({ SSL_CERT_FILE: '/mine.pem' })).split('\n');
  assert.match(warning, /^Warning: the container's root certificates cannot be used: /);
  assert.is(code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
});

https.run();

const split = suite('splitCertificates');

split('finds each certificate in a text, and none in others', () => {
  assert.equal(splitCertificates(`first\n${cert}\nsecond\n${cert}`), [cert, cert]);
  assert.equal(splitCertificates(key), []);
});

split.run();
