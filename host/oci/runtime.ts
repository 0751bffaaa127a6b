// Runs the node's OCI runtime (runc, crun, …), one short command per step. It daemonises what it starts, so a container's processes
// become children of this process, which is a child subreaper. Errors come from a log file of each command, because a container's
// standard streams belong to the container.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdir, open, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Code, StatusError } from '../ttrpc/status.ts';
import {
  type CreateOptions,
  createArguments,
  deleteArguments,
  type ExecOptions,
  execArguments,
  globalArguments,
  killArguments,
  type OciRuntimeOptions,
} from './arguments.ts';
import { codeOfError, errorInLog } from './log.ts';

/** Descriptors for standard input, output and error of a container's process, then those it gets from 3 on. */
export type ProcessDescriptors = readonly (number | 'ignore')[];

/** How one command is run. */
type CommandOptions = {
  readonly descriptors?: ProcessDescriptors;
};

/** Variables that mean something to this process or its service manager, not to a container's runtime. */
const withheld = /^(NODE_|LD_|NOTIFY_SOCKET$|LISTEN_)/;

/** The OCI runtime of one container, with its state folder and a folder for the logs of its commands. */
export class OciRuntime {
  readonly options: OciRuntimeOptions;
  readonly #logDirectory: string;
  readonly #environment: NodeJS.ProcessEnv;
  #commands = 0;

  constructor(options: OciRuntimeOptions, logDirectory: string, environment: NodeJS.ProcessEnv) {
    this.options = options;
    this.#logDirectory = logDirectory;
    this.#environment = Object.fromEntries(Object.entries(environment).filter(([name]) => !withheld.test(name)));
  }

  /** Creates a container; its first process waits for `start`. Rejects with the runtime's message. */
  async create(id: string, options: CreateOptions, descriptors: ProcessDescriptors): Promise<void> {
    await mkdir(this.options.root, { recursive: true, mode: 0o711 });
    await this.#run('create', createArguments(id, options), { descriptors });
  }

  /** Lets the container's first process go. */
  async start(id: string): Promise<void> {
    await this.#run('start', ['start', id]);
  }

  /** Starts another process in the container. */
  async exec(id: string, options: ExecOptions, descriptors: ProcessDescriptors): Promise<void> {
    await this.#run('exec', execArguments(id, options), { descriptors });
  }

  /** Sends a signal to the container's first process, or to all of them. Rejects with NOT_FOUND when there is none left. */
  async kill(id: string, signal: number, all: boolean): Promise<void> {
    await this.#run('kill', killArguments(id, signal, all));
  }

  /** Removes the container; with `force`, also a running one, and it is no error when there is none. */
  async delete(id: string, force: boolean): Promise<void> {
    await this.#run('delete', deleteArguments(id, force));
  }

  /** Freezes the container. */
  async pause(id: string): Promise<void> {
    await this.#run('pause', ['pause', id]);
  }

  /** Thaws the container. */
  async resume(id: string): Promise<void> {
    await this.#run('resume', ['resume', id]);
  }

  /** Changes the container's limits; `resources` is the JSON of a spec's `linux.resources`. */
  async update(id: string, resources: string): Promise<void> {
    // Not by standard input: crun opens /dev/stdin anew, which cannot be done with the socket that Node makes of it.
    const path = join(this.#logDirectory, `oci-${process.pid}-${++this.#commands}.json`);
    try {
      await writeFile(path, resources, { mode: 0o600 });
      await this.#run('update', ['update', '--resources', path, id]);
    } finally {
      await rm(path, { force: true });
    }
  }

  async #run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<void> {
    const path = join(this.#logDirectory, `oci-${process.pid}-${++this.#commands}.log`);
    const log = await open(path, 'a', 0o600);
    try {
      const status = await this.#execute([...globalArguments(this.options, path), ...args], log, options);
      if (status !== 0) throw this.#failure(command, await readFile(path, 'utf8'), status);
    } finally {
      await log.close();
      await unlink(path).catch(() => {});
    }
  }

  /** Returns the exit code, or the name of the signal that ended the command. */
  async #execute(args: readonly string[], log: FileHandle, options: CommandOptions): Promise<number | string> {
    const { descriptors } = options;
    const own = ['ignore', 'ignore', log.fd] as const;
    const child = spawn(this.options.binary, args, { env: this.#environment, stdio: [...(descriptors ?? own)] });
    try {
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      return code ?? signal ?? 'an unknown reason';
    } catch (cause) {
      const hint = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? '; install it or set BinaryName' : '';
      const message = `cannot run the OCI runtime "${this.options.binary}": ${(cause as Error).message}${hint}`;
      throw new StatusError(Code.FAILED_PRECONDITION, message, { cause });
    }
  }

  #failure(command: string, log: string, status: number | string): StatusError {
    const message = errorInLog(log) || `ended with ${status}`;
    return new StatusError(codeOfError(command, message), `${this.options.binary} cannot ${command}: ${message}`);
  }
}
