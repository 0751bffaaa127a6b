// A private containerd: own folder, socket, namespace and configuration, and the shim under test first in its path. `close` leaves
// nothing behind, whatever the test did. Nothing here touches another containerd of the machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import type { Spec } from '../bundle/spec.ts';
import { type CommandOptions, mustRun, type Output, type Running, runCommand, startCommand } from './command.ts';
import { findLeftovers, type Instance, isEmpty, type Leftovers } from './leftovers.ts';
import { ownRelease, type Release } from './releases.ts';
import { sweep } from './sweep.ts';
import { until } from './until.ts';

/** What a private containerd is made of. Everything may be left out. */
export type ContainerdOptions = {
  /** The machine's own when left out. */
  readonly release?: Release;
  /** Runtime of the containers that `run` starts: the shim under test when left out. */
  readonly runtime?: string;
  /** Folder with the shim; `build` when left out. */
  readonly shimFolder?: string;
  /** Lines of the shim's node configuration, in TOML. */
  readonly nodeConfiguration?: string;
  /** Where it keeps everything; a new temporary folder when left out. Its last part is the mark. */
  readonly directory?: string;
  /** Namespace of what `ctr` is told to do; the mark when left out. */
  readonly namespace?: string;
  /** Configuration of the CRI plugin, in TOML, for its folder; without it the plugin is off. */
  readonly formatCriConfig?: (directory: string) => Promise<string>;
};

/** The shim under test. */
export const SPIN_RUNTIME = 'io.containerd.spin.v2';

/** What `ctr run` is told beside the image and the id. */
export type RunOptions = {
  readonly flags?: readonly string[];
  /** Environment variables of the container, as `NAME=value`. */
  readonly environment?: readonly string[];
  /** The process and its arguments, in place of the image's. */
  readonly command?: readonly string[];
  /** In place of the instance's own. */
  readonly runtime?: string;
};

/** A longer path than this is no socket: unix(7), and containerd adds `.ttrpc`. */
const MAX_DIRECTORY_LENGTH = 80;

const opened = new Set<Containerd>();

/** Starts a private containerd and waits until it answers. Rejects with its log when it does not. */
export async function openContainerd(options: ContainerdOptions = {}): Promise<Containerd> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'spin-test-')));
  if (directory.length > MAX_DIRECTORY_LENGTH)
    throw new Error(`${directory} is too long a path for containerd's socket`);
  await mkdir(directory, { recursive: true });
  const containerd = new Containerd(directory, options.release ?? (await ownRelease()), options);
  opened.add(containerd);
  await containerd.start().catch(async (error: unknown) => {
    await containerd.close();
    throw error;
  });
  return containerd;
}

/** Closes every containerd that is still open: for the end of a process that cannot wait for its tests' own hooks. */
export async function closeAll(): Promise<void> {
  await Promise.all([...opened].map((containerd) => containerd.close()));
}

export class Containerd {
  readonly directory: string;
  readonly mark: string;
  readonly address: string;
  readonly release: Release;
  readonly #runtime: string;
  readonly #environment: Record<string, string>;
  readonly #namespace: string;
  readonly #formatCriConfig: ContainerdOptions['formatCriConfig'];
  readonly #ids = new Set<string>();
  readonly #closers: (() => Promise<unknown>)[] = [];
  #nodeConfiguration: string;
  #daemon: ChildProcess | undefined;

  constructor(directory: string, release: Release, options: ContainerdOptions) {
    this.directory = directory;
    this.mark = basename(directory);
    this.address = join(directory, 'containerd.sock');
    this.release = release;
    this.#runtime = options.runtime ?? SPIN_RUNTIME;
    this.#namespace = options.namespace ?? this.mark;
    this.#formatCriConfig = options.formatCriConfig;
    this.#nodeConfiguration = options.nodeConfiguration ?? '';
    const path = [resolve(options.shimFolder ?? 'build'), release.programs, process.env['PATH'] ?? ''];
    this.#environment = {
      PATH: path.join(delimiter),
      CONTAINERD_SHIM_SPIN_CONFIG: join(directory, 'shim.toml'),
    };
  }

  /** Its configuration, made once: what is changed in it stays. */
  get configPath(): string {
    return join(this.directory, 'config.toml');
  }

  async #provideConfig(): Promise<void> {
    if (existsSync(this.configPath)) return;
    const criConfig = await this.#formatCriConfig?.(this.directory);
    await writeFile(this.configPath, formatConfig(this.directory, this.address, criConfig));
  }

  /** Starts the daemon, again after `stop`. */
  async start(): Promise<void> {
    await this.#provideConfig();
    await this.configureShim(this.#nodeConfiguration);
    const log = await open(this.logPath, 'a');
    this.#daemon = spawn(join(this.release.programs, 'containerd'), ['--config', this.configPath], {
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...this.#environment },
    });
    await log.close();
    const exited = once(this.#daemon, 'exit').then(() => {
      throw new Error('containerd exited');
    });
    const answering = until('containerd answers', async () => (await this.tryCtr(['version'])).code === 0);
    exited.catch(() => {});
    await Promise.race([answering, exited]).catch(async (error: unknown) => {
      throw new Error(`${error}:\n${await readFile(this.logPath, 'utf8')}`);
    });
    const plugins = await this.ctr(['plugins', 'ls']);
    const hasOverlay = /snapshotter\.v1 +overlayfs .*\bok\b/.test(plugins);
    this.#environment['CONTAINERD_SNAPSHOTTER'] = hasOverlay ? 'overlayfs' : 'native';
  }

  /** Stops the daemon and leaves its containers running. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const exited = once(daemon, 'exit');
    daemon.kill(signal);
    await exited;
  }

  /** Process id of the daemon. Throws when it is stopped. */
  get pid(): number {
    const pid = this.#daemon?.pid;
    if (pid === undefined) throw new Error('containerd is not running');
    return pid;
  }

  get logPath(): string {
    return join(this.directory, 'containerd.log');
  }

  /**
   * Replaces the node configuration: shims that start from now on read it. State stays in this instance's folder, and the cache is one that
   * all instances share unless another is named.
   */
  async configureShim(lines: string, cache = resolve('run/cache/apps')): Promise<void> {
    this.#nodeConfiguration = lines;
    const text = `CacheDirectory = "${cache}"\nStateDirectory = "${this.directory}/shim"\n${lines}\n`;
    await writeFile(this.#environment['CONTAINERD_SHIM_SPIN_CONFIG'] ?? '', text);
  }

  /** Runs ctr in this instance's namespace and gives its standard output. Rejects when it fails. */
  ctr(args: readonly string[], options?: CommandOptions): Promise<string> {
    return mustRun(...this.#ctrCommand(args, options));
  }

  /** Runs ctr and gives how it ended. */
  tryCtr(args: readonly string[], options?: CommandOptions): Promise<Output> {
    return runCommand(...this.#ctrCommand(args, options));
  }

  /** Starts ctr, for what goes on until it is ended: `events`, a terminal. */
  startCtr(args: readonly string[], options?: CommandOptions): Running {
    return startCommand(...this.#ctrCommand(args, options));
  }

  /** Runs ctr in a terminal of that size; what it wrote there is standard output. */
  inTerminal(args: readonly string[], size: { readonly rows: number; readonly columns: number }): Promise<Output> {
    const [program, all, options] = this.#ctrCommand(args);
    const command = [program, ...all].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const sized = `stty rows ${size.rows} columns ${size.columns}; exec ${command}`;
    return runCommand('script', ['--quiet', '--return', '--command', sized, '/dev/null'], options);
  }

  #ctrCommand(args: readonly string[], options: CommandOptions = {}): [string, readonly string[], CommandOptions] {
    const program = join(this.release.programs, 'ctr');
    const environment = { ...this.#environment, ...options.environment };
    return [program, ['--address', this.address, '--namespace', this.#namespace, ...args], { ...options, environment }];
  }

  /** Imports an image archive. */
  async importImage(path: string): Promise<void> {
    await this.ctr(['images', 'import', '--all-platforms', path]);
  }

  /** Makes the container id of a short name. */
  id(name: string): string {
    const id = `${name}-${this.mark}`;
    this.#ids.add(id);
    return id;
  }

  /** Takes an id that somebody else chose for one of this instance's: of that container, too, nothing may be left. */
  claim(id: string): void {
    this.#ids.add(id);
  }

  /** Has something done at the end, when containerd is gone, whatever the tests did. */
  onClose(step: () => Promise<unknown>): void {
    this.#closers.push(step);
  }

  /** Starts a container in the background; its output goes to `log(name)`. Gives its id. Rejects with ctr's message. */
  async run(name: string, image: string, options: RunOptions = {}): Promise<string> {
    const id = this.id(name);
    const flags = ['--detach', '--log-uri', `file://${this.#logFile(name)}`, ...(options.flags ?? [])];
    await this.ctr(this.runArguments(name, image, { ...options, flags }));
    return id;
  }

  /** Starts a container from an OCI spec in the background: for what ctr has no flag for. `change` gets ctr's own default spec. */
  async runSpec(name: string, change: (spec: Spec) => Spec): Promise<string> {
    const id = this.id(name);
    const path = join(this.directory, `${name}.json`);
    const spec = JSON.parse(await this.ctr(['oci', 'spec'])) as Spec;
    await writeFile(path, JSON.stringify(change(spec)));
    const flags = ['--detach', '--log-uri', `file://${this.#logFile(name)}`, '--config', path];
    await this.ctr(['run', '--runtime', this.#runtime, ...flags, id]);
    return id;
  }

  /** Gives the arguments of `ctr run` for a container of that name. */
  runArguments(name: string, image: string, options: RunOptions): string[] {
    const environment = (options.environment ?? []).flatMap((entry) => ['--env', entry]);
    const flags = ['--runtime', options.runtime ?? this.#runtime, ...environment, ...(options.flags ?? [])];
    return ['run', ...flags, image, this.id(name), ...(options.command ?? [])];
  }

  /** Reads what a container that `run` started has written; empty when nothing yet. */
  log(name: string): Promise<string> {
    return readFile(this.#logFile(name), 'utf8').catch(() => '');
  }

  #logFile(name: string): string {
    return join(this.directory, `${name}.log`);
  }

  /** Lists tasks: state (such as `RUNNING`) and process id by short name. */
  async tasks(): Promise<ReadonlyMap<string, { readonly pid: number; readonly state: string }>> {
    const lines = (await this.ctr(['tasks', 'ls'])).trim().split('\n').slice(1);
    return new Map(
      lines.map((line) => {
        const [id = '', pid, state = ''] = line.split(/\s+/);
        return [id.replace(`-${this.mark}`, ''), { pid: Number(pid), state }];
      }),
    );
  }

  /** Waits until a task has stopped. */
  async untilStopped(name: string, timeoutMs?: number): Promise<void> {
    await until(`${name} has stopped`, async () => (await this.tasks()).get(name)?.state === 'STOPPED', timeoutMs);
  }

  /** Deletes a stopped task and its container; gives what ctr said of the exit code. */
  async delete(name: string): Promise<Output> {
    const output = await this.tryCtr(['tasks', 'rm', this.id(name)]);
    await this.ctr(['containers', 'rm', this.id(name)]);
    return output;
  }

  /** Kills, deletes and forgets a container, whatever state it is in. */
  async remove(name: string): Promise<void> {
    await this.tryCtr(['tasks', 'rm', '--force', this.id(name)]);
    await this.tryCtr(['containers', 'rm', this.id(name)]);
  }

  /** Removes every container. Never rejects. */
  async removeAll(): Promise<void> {
    const names = [...(await this.tasks().catch(() => new Map())).keys()];
    await Promise.all(names.map((name) => this.remove(name).catch(() => {})));
    const list = (words: readonly string[]) => this.ctr(words).catch(() => '');
    const containers = (await list(['containers', 'ls', '--quiet'])).split('\n').filter((id) => id !== '');
    for (const id of containers) await this.tryCtr(['containers', 'rm', id]);
    // A `ctr run` that failed half-way may have left one that is no container's any more.
    const snapshots = (await list(['snapshots', 'ls'])).split('\n').map((line) => line.split(/\s/)[0] ?? '');
    for (const key of snapshots.filter((key) => key.endsWith(this.mark))) await this.tryCtr(['snapshots', 'rm', key]);
  }

  /** Socket of the shim of a container that is its own group. */
  shimSocket(id: string): string {
    const seed = join(this.address, this.#namespace, id);
    return `/run/containerd/s/${createHash('sha256').update(seed).digest('hex')}`;
  }

  #instance(): Instance {
    const ids = [...this.#ids];
    const idSuffix = `-${this.mark}`;
    return {
      mark: this.mark,
      names: [idSuffix, ...ids.filter((id) => !id.endsWith(idSuffix))],
      directory: this.directory,
      sockets: ids.map((id) => this.shimSocket(id)),
      expected: [process.pid, ...(this.#daemon?.pid === undefined ? [] : [this.#daemon.pid])],
    };
  }

  /** Lists what containers left on the machine so far. Running ones count. */
  leftovers(): Promise<Leftovers> {
    return findLeftovers(this.#instance());
  }

  /** Waits until nothing is left: a shim needs a moment to end. Rejects with what is left. */
  async untilClean(timeoutMs = 10_000): Promise<void> {
    const isClean = async () => isEmpty(await this.leftovers());
    await until('nothing is left', isClean, timeoutMs).catch(async (error: unknown) => {
      throw new Error(`${error}: ${JSON.stringify(await this.leftovers(), null, 2)}`);
    });
  }

  /** Ends everything and removes every trace. May be called more than once. */
  async close(): Promise<void> {
    if (this.#daemon !== undefined) await this.removeAll();
    await this.stop();
    await sweep(this.#instance());
    for (const step of this.#closers) await step();
    await rm(this.directory, { recursive: true, force: true });
    opened.delete(this);
  }
}

/** Without what listens or needs a set-up of its own, CRI too unless asked for. The format is containerd 1.6's, which 2.x converts. */
function formatConfig(directory: string, address: string, criConfig: string | undefined): string {
  const cri = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime'];
  const others = ['internal.v1.opt', 'nri.v1.nri', 'snapshotter.v1.devmapper'].map((name) => `io.containerd.${name}`);
  return `version = 2
root = "${directory}/root"
state = "${directory}/state"
disabled_plugins = ${JSON.stringify(criConfig === undefined ? [...cri, ...others] : others)}
[grpc]
  address = "${address}"
[ttrpc]
  address = "${address}.ttrpc"
${criConfig ?? ''}`;
}
