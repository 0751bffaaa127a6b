// An app under a worker of its own, from the sources and without containerd: the same plan process, plans and worker that a
// container has, on a free port of the machine. For tests of what apps do rather than of how they are run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineChoice } from '../plan/planner.ts';
import { type PrepareOptions, prepareApp } from '../plan/prepare.ts';
import { type WorkerConfig, workerPathsIn } from '../worker/config.ts';
import { type Answer, findFreePort, request } from './network.ts';
import { until } from './until.ts';

/** How Node starts a role of this project from its sources. */
const ROLE = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../main.ts')];

/** A worker that serves an app until it is disposed of. */
export interface ServedApp extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  request(path: string, init?: RequestInit): Promise<Answer>;
  /** What the worker and the guest have written so far, standard output and standard error together. */
  log(): string;
}

/** Prepares the app in a folder and serves it, from the sources or by another program. Rejects with the worker's log when it does not come up. */
export async function serveApp(
  folder: string,
  environment: WorkerConfig['environment'] = {},
  engine: EngineChoice = 'any',
  program: readonly string[] = [process.execPath, ...ROLE],
  runtimeComponent?: string,
): Promise<ServedApp> {
  const mount = await mkdtemp(join(tmpdir(), 'served-app-'));
  const clean = () => rm(mount, { recursive: true, force: true });
  try {
    const address = `127.0.0.1:${await findFreePort()}`;
    const variables = { ...environment, SPIN_HTTP_LISTEN_ADDR: address };
    await writeMount(mount, folder, variables, { engine, runtimeComponent });
    return await startWorker([...program, 'worker', mount, folder], `http://${address}`, clean);
  } catch (error) {
    await clean();
    throw error;
  }
}

/** Lays out what a container has in its read-only mount. */
async function writeMount(
  mount: string,
  folder: string,
  environment: WorkerConfig['environment'],
  options: Pick<PrepareOptions, 'engine' | 'runtimeComponent'>,
): Promise<void> {
  const cacheDirectory = join(mount, 'cache');
  const command = { path: process.execPath, args: [...ROLE, 'plan'] };
  const { directory } = await prepareApp({ rootfs: folder, cacheDirectory, command, ...options });
  const paths = workerPathsIn(mount);
  await mkdir(join(cacheDirectory, 'components'), { recursive: true });
  await symlink(directory, paths.app);
  await symlink(join(cacheDirectory, 'components'), paths.components);
  const config: WorkerConfig = {
    containerId: 'served-app',
    environment,
    args: [],
    terminationMessagePath: null,
    memoryLimitBytes: null,
    processors: null,
  };
  await writeFile(paths.config, JSON.stringify(config));
}

async function startWorker(command: readonly string[], url: string, clean: () => Promise<void>): Promise<ServedApp> {
  const [program = '', ...args] = command;
  // The fourth descriptor is the control descriptor: it closes with this process, and so ends the worker in any case.
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ending = once(child, 'exit');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (log += chunk));
  const stop = async () => {
    child.kill('SIGKILL');
    await ending;
    await clean();
  };
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  try {
    const isUp = async () => hasEnded() || (await request(`${url}/.well-known/spin/health`)).status === 200;
    await until(`${url} answers`, isUp);
    if (hasEnded()) throw new Error('the worker has ended');
  } catch (error) {
    await stop();
    throw new Error(`the app does not serve:\n${log}`, { cause: error });
  }
  return {
    url,
    pid: child.pid ?? 0,
    request: (path, init) => request(`${url}${path}`, init),
    log: () => log,
    [Symbol.asyncDispose]: stop,
  };
}
