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

type Context = { directory: string; server: Running; url: string; app: ServedApp };

/** Writes, deletes or reads by the server's API. */
function call(url: string, path: string, method: string, body?: unknown): Promise<{ status: number }> {
  return request(`${url}/v1/${path}`, { method, headers: { 'x-vault-token': TOKEN }, body: JSON.stringify(body) });
}

const vault = suite<Context>('vault');

vault.before(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'vault-'));
  const address = `127.0.0.1:${await findFreePort()}`;
  const options = ['-dev', `-dev-root-token-id=${TOKEN}`, `-dev-listen-address=${address}`, '-dev-no-store-token'];
  context.server = startCommand(`${CACHE}/bao`, ['server', ...options], { input: '' });
  context.url = `http://${address}`;
  await until('the server is ready', async () => (await call(context.url, 'sys/health', 'GET')).status === 200);
  await call(context.url, 'secret/data/apps/mine/token', 'POST', { data: { value: 'from the vault' } });
  const folder = join(context.directory, 'app');
  await cp(findApp('hello-js') ?? '', folder, { recursive: true });
  const config = `[[variables_provider]]\ntype = "vault"\nurl = "${context.url}"\ntoken = "${TOKEN}"\nmount = "secret"\n`;
  await writeFile(join(folder, 'runtime-config.toml'), `${config}prefix = "apps/mine"\n`);
  context.app = await serveApp(folder);
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

const fetched = await runCommand('host/testing/fetch-openbao', [CACHE], { timeoutMs: 300_000 });
if (fetched.code === 0 && findApp('hello-js')) vault.run();
else process.stdout.write(`skipped: no server or no app on this machine: ${fetched.stderr.trim()}\n`);
