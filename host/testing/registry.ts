// A registry server, the same that most private registries are made of, on a free port of the loopback interface and without TLS.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from './command.ts';
import { findFreePort, request } from './network.ts';
import { until } from './until.ts';

const CACHE = 'run/cache/registry';

/** A registry that can be pushed to and pulled from; `address` is how images in it are called. */
export type Registry = { readonly address: string } & AsyncDisposable;

/** Starts an empty registry. Rejects when it does not come up. */
export async function openRegistry(): Promise<Registry> {
  await mustRun(join(import.meta.dirname, 'fetch-registry'), [CACHE], { timeoutMs: 300_000 });
  const directory = await mkdtemp(join(tmpdir(), 'registry-'));
  const address = `127.0.0.1:${await findFreePort()}`;
  const config = join(directory, 'config.yml');
  const storage = { filesystem: { rootdirectory: join(directory, 'data') } };
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({ version: '0.1', log: { level: 'error' }, storage, http: { addr: address } }),
  );
  await using log = await open(join(directory, 'log'), 'w');
  const child = spawn(join(CACHE, 'usr/bin/docker-registry'), ['serve', config], { stdio: ['ignore', log.fd, log.fd] });
  const exited = once(child, 'exit');
  const close = async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await until('the registry answers', async () => (await request(`http://${address}/v2/`)).status === 200);
  } catch (error) {
    await close();
    throw error;
  }
  return { address, [Symbol.asyncDispose]: close };
}
