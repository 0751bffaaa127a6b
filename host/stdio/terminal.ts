// The terminal of a process. An OCI runtime makes it in the container and sends its master over a unix socket; bytes are then copied
// between it and the streams that containerd asked for.

import { once } from 'node:events';
import { createWriteStream, fstatSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { receiveDescriptor, setWindowSize } from '../ffi/descriptor.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Streams } from './open.ts';

/** How long the runtime's connection may take to be seen once the runtime has ended, in milliseconds. */
const CONNECT_MS = 5_000;
/** How long the last bytes may take once the terminal is closed, in milliseconds. */
const CLOSE_MS = 100;

/** Waits on a unix socket for the terminal of one process. */
export class ConsoleSocket {
  readonly path: string;
  readonly #server: Server;
  readonly #connected: Promise<Socket>;

  private constructor(path: string, server: Server) {
    this.path = path;
    this.#server = server;
    this.#connected = once(server, 'connection').then(([socket]) => socket as Socket);
    this.#connected.catch(() => {});
  }

  /** Listens at `path`, which must be short enough for a unix socket (107 bytes). Rejects with a system error. */
  static async listen(path: string): Promise<ConsoleSocket> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Without the pause, Node would read the message and drop the descriptor that comes with it.
    const server = createServer({ pauseOnConnect: true });
    const consoleSocket = new ConsoleSocket(path, server);
    server.listen(path);
    await once(server, 'listening');
    return consoleSocket;
  }

  /** Returns the master's descriptor. To be called when the runtime has ended successfully, so that its message has arrived. */
  async receive(): Promise<number> {
    const timeout = AbortSignal.timeout(CONNECT_MS);
    const socket = await Promise.race([this.#connected, rejectOn(timeout)]);
    try {
      return receiveDescriptor(descriptorOf(socket));
    } finally {
      socket.destroy();
    }
  }

  /** Stops listening and removes the socket. */
  async close(): Promise<void> {
    this.#server.close();
    await rm(this.path, { force: true });
  }
}

async function rejectOn(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw new StatusError(Code.DEADLINE_EXCEEDED, 'the OCI runtime did not send the terminal');
}

// Node has no public way to a socket's descriptor.
function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd;
}

// Unlike `once`, not rejected by the error that a terminal ends with.
function untilClosed(stream: ReadStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.once('close', resolve);
  return promise;
}

/** The master of a terminal, copied to and from the streams of its process. */
export class Terminal {
  readonly #descriptor: number;
  readonly #master: ReadStream;
  readonly #input: Socket | null;
  readonly #copied: Promise<unknown>;
  readonly #streams: Streams;

  /** Starts copying. Takes both over. */
  constructor(descriptor: number, streams: Streams) {
    const { stdin, stdout } = streams.take();
    this.#descriptor = descriptor;
    this.#streams = streams;
    // Reading fails with EIO when the last process that has the terminal open is gone; that is its end of file.
    this.#master = new ReadStream(descriptor).on('error', () => {});
    this.#input = stdin === null ? null : new Socket({ fd: stdin, readable: true, writable: false });
    this.#input?.on('error', () => {}).pipe(this.#master, { end: false });
    this.#copied = stdout === null ? untilClosed(this.#master.resume()) : this.#copyTo(openOutput(stdout));
  }

  async #copyTo(output: Writable): Promise<void> {
    output.on('error', () => this.#master.resume());
    this.#master.pipe(output, { end: false });
    await untilClosed(this.#master);
    output.end();
    await finished(output).catch(() => {});
  }

  /** Tells the terminal its size. Throws a system error. */
  resize(columns: number, rows: number): void {
    setWindowSize(this.#descriptor, columns, rows);
  }

  /** Stops reading input. The terminal stays open, since its process may still write. */
  closeStdin(): void {
    this.#input?.destroy();
  }

  /** Waits until all output is copied, but not longer than `deadline`; then gives everything up. */
  async close(deadline: AbortSignal): Promise<void> {
    if (!deadline.aborted) await Promise.race([this.#copied, once(deadline, 'abort')]);
    this.#input?.destroy();
    this.#master.destroy();
    await Promise.race([this.#copied, delay(CLOSE_MS, null, { ref: false })]);
    await this.#streams.close();
  }
}

function openOutput(fd: number): Writable {
  return fstatSync(fd).isFile() ? createWriteStream('', { fd }) : new Socket({ fd, readable: false, writable: true });
}
