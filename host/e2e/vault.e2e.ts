// Variables out of a real OpenBao server, which speaks Vault's API, in an app that a worker serves.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findApp } from '../build/fixture/app.ts';
import { type Running, runCommand, startCommand } from '../testing/command.ts';
import { findFreePort, request } from '../testing/network.ts';
import { type ServedApp, serveApp } from '../testing/served-app.ts';
import { until } from '../testing/until.ts';

const CACHE = 'run/cache/openbao';
const TOKEN = 'root-of-the-test';

const fetched = await runCommand('host/testing/fetch-openbao', [CACHE], { timeoutMs: 300_000 });

/** Serves an app whose variables come from a server, with a configuration beside its manifest. */
async function serveWith(directory: string, url: string): Promise<ServedApp> {
  const folder = join(directory, 'app');
  await cp(findApp('hello-js') ?? '', folder, { recursive: true });
  const config = `[[variables_provider]]\ntype = "vault"\nurl = "${url}"\ntoken = "${TOKEN}"\nmount = "secret"\n`;
  await writeFile(join(folder, 'runtime-config.toml'), `${config}prefix = "apps/mine"\n`);
  return serveApp(folder);
}

const absent = suite<{ directory: string }>('vault that is not there');

absent.before.each(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'vault-'));
});
absent.after.each(({ directory }) => rm(directory, { recursive: true }));

absent('is not asked before a value is needed, and then named', async ({ directory }) => {
  await using app = await serveWith(directory, 'http://127.0.0.1:1');
  assert.is((await app.request('/')).status, 200);
  const { tag, val } = JSON.parse((await app.request('/variable/token')).body);
  assert.is(tag, 'provider');
  assert.match(val, /^127\.0\.0\.1:1 gives no answer: .*ECONNREFUSED/);
});

absent.run();

type Context = { directory: string; server: Running; url: string; app: ServedApp };

/** Writes, deletes or reads by the server's API. */
function call(url: string, path: string, method: string, body?: unknown): Promise<{ status: number }> {
  return request(`${url}/v1/${path}`, { method, headers: { 'x-vault-token': TOKEN }, body: JSON.stringify(body) });
}

function runVault(): void {
  const vault = suite<Context>('vault');

  vault.before(async (context) => {
    context.directory = await mkdtemp(join(tmpdir(), 'vault-'));
    const address = `127.0.0.1:${await findFreePort()}`;
    const options = ['-dev', `-dev-root-token-id=${TOKEN}`, `-dev-listen-address=${address}`, '-dev-no-store-token'];
    context.server = startCommand(`${CACHE}/bao`, ['server', ...options], { input: '' });
    context.url = `http://${address}`;
    await until('the server is ready', async () => (await call(context.url, 'sys/health', 'GET')).status === 200);
    await call(context.url, 'secret/data/apps/mine/token', 'POST', { data: { value: 'from the vault' } });
    context.app = await serveWith(context.directory, context.url);
  });

  vault.after(async ({ app, server, directory }) => {
    await app?.[Symbol.asyncDispose]();
    server?.child.kill('SIGKILL');
    await server?.ended;
    await rm(directory, { recursive: true });
  });

  vault('has the value of a required variable', async ({ app }) => {
    assert.is((await app.request('/variable/token')).body, 'from the vault');
  });

  vault('is asked anew for each request, and leaves what it does not have to the default', async ({ app, url }) => {
    await call(url, 'secret/data/apps/mine/greeting', 'POST', { data: { value: 'Hello from the vault' } });
    assert.is((await app.request('/variable/greeting')).body, 'Hello from the vault');
    await call(url, 'secret/data/apps/mine/greeting', 'DELETE');
    assert.is((await app.request('/variable/greeting')).body, 'Hello from a variable');
  });

  vault('is told apart from one that is sealed', async ({ app, url }) => {
    await call(url, 'sys/seal', 'PUT');
    const { status, body } = await app.request('/variable/token');
    assert.is.not(status, 200);
    assert.equal(JSON.parse(body), {
      tag: 'provider',
      val: 'Vault answers 503 for "secret/data/apps/mine/token": Vault is sealed',
    });
  });

  vault.run();
}

if (fetched.code === 0) runVault();
else process.stdout.write(`skipped: no OpenBao server on this machine: ${fetched.stderr.trim()}\n`);
