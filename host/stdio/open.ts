// Opens the standard streams of a process that has no terminal. The process gets the descriptors themselves, so its bytes never pass
// through this process. A FIFO is opened for reading and writing first: that never waits for a peer, keeps the process from seeing end
// of file or a broken pipe while containerd is away, and lets the one-way descriptor for the process open at once (fifo(7)).

import { close, constants, open as openFile } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Endpoint } from './endpoint.ts';
import { type Logger, startLogger } from './logger.ts';

const openDescriptor = promisify(openFile);
const closeDescriptor = promisify(close);
const { O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants;

/** Whose streams these are; a logging program is told. */
export type StreamOwner = { readonly id: string; readonly namespace: string };

/** Where the three streams of a process go. */
export type Endpoints = { readonly stdin: Endpoint; readonly stdout: Endpoint; readonly stderr: Endpoint };

/** The open streams of a process. */
export class Streams {
  /** For the process; 'ignore' stands for /dev/null. Order: standard input, output, error. */
  readonly descriptors: readonly (number | 'ignore')[];
  readonly #forProcess: number[];
  readonly #stdinHolder: number[];
  readonly #outputHolders: number[];
  readonly #logger: Logger | null;

  constructor(opened: Opened, logger: Logger | null) {
    this.descriptors = opened.descriptors;
    this.#forProcess = opened.forProcess;
    this.#stdinHolder = opened.stdinHolder;
    this.#outputHolders = opened.outputHolders;
    this.#logger = logger;
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

  /** Lets the process see the end of its input, once its writers are gone. */
  async closeStdin(): Promise<void> {
    await closeAll(this.#stdinHolder);
  }

  /** Gives everything up when the process has ended, so that readers see the end of its output. */
  async close(): Promise<void> {
    await closeAll(this.#forProcess, this.#stdinHolder, this.#outputHolders);
    await this.#logger?.stop();
  }
}

type Opened = {
  readonly descriptors: (number | 'ignore')[];
  readonly forProcess: number[];
  readonly stdinHolder: number[];
  readonly outputHolders: number[];
};

/** Opens streams. Rejects with a `StatusError` that names the endpoint; nothing stays open then. */
export async function openStreams({ stdin, stdout, stderr }: Endpoints, owner: StreamOwner): Promise<Streams> {
  const opened: Opened = { descriptors: [], forProcess: [], stdinHolder: [], outputHolders: [] };
  const logger = stdout.kind === 'logger' ? await startLogger(stdout, owner) : null;
  try {
    opened.descriptors.push(await openInput(stdin, opened));
    if (logger) {
      opened.forProcess.push(logger.stdout, logger.stderr);
      opened.descriptors.push(logger.stdout, stderr.kind === 'none' ? 'ignore' : logger.stderr);
    } else {
      opened.descriptors.push(await openOutput(stdout, opened), await openOutput(stderr, opened));
    }
    return new Streams(opened, logger);
  } catch (error) {
    await new Streams(opened, logger).close();
    throw error;
  }
}

async function openInput(endpoint: Endpoint, opened: Opened): Promise<number | 'ignore'> {
  if (endpoint.kind === 'none') return 'ignore';
  if (endpoint.kind !== 'fifo') throw unusable('input', endpoint.kind);
  await hold(endpoint.path, opened.stdinHolder);
  return keep(await openPath(endpoint.path, O_RDONLY), opened.forProcess);
}

async function openOutput(endpoint: Endpoint, opened: Opened): Promise<number | 'ignore'> {
  switch (endpoint.kind) {
    case 'none':
      return 'ignore';
    case 'fifo':
      await hold(endpoint.path, opened.outputHolders);
      return keep(await openPath(endpoint.path, O_WRONLY), opened.forProcess);
    case 'file':
      await mkdir(dirname(endpoint.path), { recursive: true });
      return keep(await openPath(endpoint.path, O_WRONLY | O_APPEND | O_CREAT), opened.forProcess);
    case 'logger':
      throw unusable('error output', 'logger of its own');
  }
}

async function hold(path: string, holders: number[]): Promise<void> {
  keep(await openPath(path, O_RDWR | O_NONBLOCK), holders);
}

function keep(descriptor: number, list: number[]): number {
  list.push(descriptor);
  return descriptor;
}

async function openPath(path: string, flags: number): Promise<number> {
  try {
    return await openDescriptor(path, flags, 0o644);
  } catch (cause) {
    throw new StatusError(Code.FAILED_PRECONDITION, `cannot open standard I/O: ${(cause as Error).message}`, { cause });
  }
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
