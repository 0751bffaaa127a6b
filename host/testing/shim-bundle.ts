// A bundle and the shim called in it as containerd would call it, from the sources, without a containerd. `close` ends the shim.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { BootstrapParams } from '../gen/containerd.runtime.bootstrap.v1.ts';
import { Task } from '../gen/containerd.task.v3.ts';
import type { Fields } from '../protobuf/message.ts';
import { Client } from '../ttrpc/client.ts';
import { connectSocket } from '../ttrpc/socket.ts';
import { until } from './until.ts';

/** How a call ended. */
export type ShimOutput = { readonly code: number | null; readonly stdout: Buffer; readonly stderr: string };

/** What a call is given beside the flags that every call has. */
export type CallOptions = {
  readonly flags?: readonly string[];
  readonly input?: Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
};

const main = resolve(import.meta.dirname, '../main.ts');
const CONNECT_TIMEOUT_MS = 5000;

export class ShimBundle {
  readonly directory: string;
  readonly id: string;
  /** Sockets of shims that `start` named. */
  readonly #addresses = new Set<string>();

  private constructor(directory: string, id: string) {
    this.directory = directory;
    this.id = id;
  }

  /** Makes a bundle whose container has these annotations. */
  static async open(id: string, annotations: Readonly<Record<string, string>> = {}): Promise<ShimBundle> {
    const bundle = new ShimBundle(await mkdtemp(join(tmpdir(), 'shim-')), id);
    await writeFile(join(bundle.directory, 'config.json'), JSON.stringify({ annotations }));
    return bundle;
  }

  /** Runs the shim to its end. */
  async call(action: string, options: CallOptions = {}): Promise<ShimOutput> {
    const { flags = [], input = new Uint8Array(0), environment = {} } = options;
    const named = ['-namespace', 'test', '-id', this.id, '-address', '/nonexistent/containerd.sock', ...flags];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...named, action], {
      cwd: this.directory,
      env: { PATH: process.env['PATH'], ...environment },
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [stdout, stderr, [code]] = await Promise.all([
      buffer(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  }

  /** Starts the shim with its socket in `socketDirectory`, as containerd 2.3 can, and gives the socket's path. */
  async start(socketDirectory: string, params: Fields<BootstrapParams> = {}): Promise<string> {
    const input = BootstrapParams.encode({
      instanceId: this.id,
      namespace: 'test',
      socketDir: socketDirectory,
      ...params,
    });
    const { code, stderr } = await this.call('start', { input });
    if (code !== 0) throw new Error(`start failed: ${stderr}`);
    return this.socketPath();
  }

  /** The socket that the bundle's `address` file names. `close` ends its shim. */
  async socketPath(): Promise<string> {
    const path = (await readFile(join(this.directory, 'address'), 'utf8')).replace('unix://', '');
    this.#addresses.add(path);
    return path;
  }

  /** Sends Shutdown to the shims of this bundle, waits for their end, and removes the bundle. */
  async close(): Promise<void> {
    await Promise.all([...this.#addresses].map(shutDown));
    await rm(this.directory, { recursive: true });
  }
}

/** Connects to a shim's socket. */
export async function connectShim(path: string): Promise<Client> {
  return new Client(await connectSocket(path, CONNECT_TIMEOUT_MS));
}

async function shutDown(path: string): Promise<void> {
  const client = await connectShim(path).catch(() => undefined);
  if (!client) return;
  const task = client.caller(Task);
  const { shimPid } = await task.connect({ id: 'any' });
  await task.shutdown({ id: 'any' });
  await client.closed;
  await untilEnded(shimPid);
}

/** Waits until a process has ended that is not our child. */
export async function untilEnded(pid: number): Promise<void> {
  await until(`process ${pid} has ended`, async () => {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ') X');
    return ' XZ'.includes(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
  });
}
