// Opens the standard streams of a process. For its output it gets the descriptors themselves, so those bytes never pass through this
// process. A FIFO is opened for reading and writing first: that never waits for a peer, keeps the process from seeing a broken pipe while
// containerd is away, and lets the one-way descriptor for the process open at once (fifo(7)).

import { close, constants, fchown, fstat, open as openFile } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Endpoint } from './endpoint.ts';
import { type Input, openInput } from './input.ts';
import { type Logger, startLogger } from './logger.ts';

const openDescriptor = promisify(openFile);
const closeDescriptor = promisify(close);
const statDescriptor = promisify(fstat);
const chownDescriptor = promisify(fchown);
const { O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants;

/** Whose streams these are. */
export type StreamOwner = {
  /** A logging program is told the container's id and namespace. */
  readonly id: string;
  readonly namespace: string;
  /** Who may open the pipes among them anew; null for root alone. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
};

/** Where the three streams of a process go. */
export type Endpoints = {
  readonly stdin: Endpoint;
  readonly stdout: Endpoint;
  readonly stderr: Endpoint;
  /** Whether a terminal is copied to and from them, instead of the process having them. */
  readonly hasTerminal: boolean;
};

/** The open streams of a process. */
export class Streams {
  /** For the process; 'ignore' stands for /dev/null. Order: standard input, output, error. */
  readonly descriptors: readonly (number | 'ignore')[];
  readonly #forProcess: number[];
  readonly #holders: number[];
  readonly #input: Input | null;
  readonly #logger: Logger | null;

  constructor(opened: Opened) {
    this.descriptors = opened.descriptors;
    this.#forProcess = opened.forProcess;
    this.#holders = opened.holders;
    this.#input = opened.input;
    this.#logger = opened.logger;
  }

  /** Hands the process's descriptors to the caller, who closes them; null where there is none. */
  take(): { readonly stdin: number | null; readonly stdout: number | null } {
    this.#forProcess.length = 0;
    const [stdin, stdout] = this.descriptors;
    return { stdin: numberOrNull(stdin), stdout: numberOrNull(stdout) };
  }

  /** Gives up the descriptors that the process has by now. */
  async release(): Promise<void> {
    await closeAll(this.#forProcess);
  }

  /** Ends the input of the process. */
  closeStdin(): void {
    this.#input?.close();
  }

  /** Gives everything up when the process has ended, so that readers see the end of its output. */
  async close(): Promise<void> {
    this.#input?.close();
    await closeAll(this.#forProcess, this.#holders);
    await this.#logger?.stop();
  }
}

type Opened = {
  readonly descriptors: (number | 'ignore')[];
  readonly forProcess: number[];
  readonly holders: number[];
  input: Input | null;
  logger: Logger | null;
};

/** Opens streams. Rejects with a `StatusError` that names the endpoint; nothing stays open then. */
export async function openStreams(endpoints: Endpoints, owner: StreamOwner): Promise<Streams> {
  const opened: Opened = { descriptors: [], forProcess: [], holders: [], input: null, logger: null };
  try {
    opened.descriptors.push(await openStdin(endpoints, opened), ...(await openOutputs(endpoints, owner, opened)));
    if (owner.user !== null && !endpoints.hasTerminal)
      for (const one of opened.descriptors) await give(one, owner.user);
    return new Streams(opened);
  } catch (error) {
    await new Streams(opened).close();
    throw error;
  }
}

async function openStdin({ stdin, hasTerminal }: Endpoints, opened: Opened): Promise<number | 'ignore'> {
  if (stdin.kind === 'none') return 'ignore';
  if (stdin.kind !== 'fifo') throw unusable('input', stdin.kind);
  if (hasTerminal) {
    // Whoever is at the terminal may come and go, so its input does not end with its writers.
    await hold(stdin.path, opened.holders);
    return keep(await openPath(stdin.path, O_RDONLY | O_NONBLOCK), opened.forProcess);
  }
  opened.input = await openInput(stdin.path).catch(reject);
  return keep(opened.input.descriptor, opened.forProcess);
}

async function openOutputs({ stdout, stderr }: Endpoints, owner: StreamOwner, opened: Opened) {
  if (stdout.kind !== 'logger') return [await openOutput(stdout, opened), await openOutput(stderr, opened)];
  const logger = await startLogger(stdout, owner);
  opened.logger = logger;
  opened.forProcess.push(logger.stdout, logger.stderr);
  return [logger.stdout, stderr.kind === 'none' ? ('ignore' as const) : logger.stderr];
}

async function openOutput(endpoint: Endpoint, opened: Opened): Promise<number | 'ignore'> {
  switch (endpoint.kind) {
    case 'none':
      return 'ignore';
    case 'fifo':
      await hold(endpoint.path, opened.holders);
      return keep(await openPath(endpoint.path, O_WRONLY), opened.forProcess);
    case 'file':
      await mkdir(dirname(endpoint.path), { recursive: true });
      return keep(await openPath(endpoint.path, O_WRONLY | O_APPEND | O_CREAT), opened.forProcess);
    case 'logger':
      throw unusable('error output', 'logger of its own');
  }
}

async function give(descriptor: number | 'ignore', { uid, gid }: { uid: number; gid: number }): Promise<void> {
  if (descriptor === 'ignore' || !(await statDescriptor(descriptor)).isFIFO()) return;
  await chownDescriptor(descriptor, uid, gid).catch(reject);
}

async function hold(path: string, holders: number[]): Promise<void> {
  keep(await openPath(path, O_RDWR | O_NONBLOCK), holders);
}

function keep(descriptor: number, list: number[]): number {
  list.push(descriptor);
  return descriptor;
}

async function openPath(path: string, flags: number): Promise<number> {
  return openDescriptor(path, flags, 0o644).catch(reject);
}

function reject(cause: Error): never {
  throw new StatusError(Code.FAILED_PRECONDITION, `cannot open standard I/O: ${cause.message}`, { cause });
}

function numberOrNull(descriptor: number | 'ignore' | undefined): number | null {
  return typeof descriptor === 'number' ? descriptor : null;
}

function unusable(stream: string, kind: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, `cannot use a ${kind} for standard ${stream}`);
}

async function closeAll(...lists: number[][]): Promise<void> {
  const descriptors = lists.flatMap((list) => list.splice(0));
  await Promise.all(descriptors.map((descriptor) => closeDescriptor(descriptor)));
}
