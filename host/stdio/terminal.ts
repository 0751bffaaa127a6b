// The terminal of a process. An OCI runtime makes it in the container and sends its master over a unix socket; bytes are then copied
// between it and the FIFOs that containerd opened.

import { once } from 'node:events';
import { close, constants, open } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { receiveDescriptor, setWindowSize } from '../ffi/descriptor.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Endpoints } from './open.ts';

const openDescriptor = promisify(open);
const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;

/** How long the runtime's connection may take to be seen once the runtime has ended, in milliseconds. */
const CONNECT_MS = 5_000;

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

/** The master of a terminal, copied to and from the endpoints of its process. */
export class Terminal {
  readonly #descriptor: number;
  readonly #master: ReadStream;
  readonly #input: Socket | null;
  readonly #output: Socket | null;
  readonly #holders: number[];
  readonly #drained: Promise<void>;

  private constructor(descriptor: number, input: Socket | null, output: Socket | null, holders: number[]) {
    this.#descriptor = descriptor;
    this.#master = new ReadStream(descriptor);
    this.#input = input;
    this.#output = output;
    this.#holders = holders;
    // The last process that has the terminal open is gone when reading it fails with EIO.
    this.#drained = new Promise((resolve) => this.#master.once('close', resolve).on('error', () => {}));
    input?.on('error', () => {}).pipe(this.#master, { end: false });
    if (output) this.#master.pipe(output.on('error', () => output.destroy()));
    else this.#master.resume();
  }

  /** Starts copying. Takes the descriptor over. Rejects with a system error when an endpoint cannot be opened. */
  static async attach(descriptor: number, { stdin, stdout }: Endpoints): Promise<Terminal> {
    const holders: number[] = [];
    const input = stdin.kind === 'fifo' ? await openFifo(stdin.path, O_RDONLY, holders) : null;
    const output = stdout.kind === 'fifo' ? await openFifo(stdout.path, O_WRONLY, holders) : null;
    return new Terminal(descriptor, input, output, holders);
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
    if (!deadline.aborted) await Promise.race([this.#drained, once(deadline, 'abort')]);
    this.#input?.destroy();
    this.#master.destroy();
    this.#output?.end();
    for (const holder of this.#holders.splice(0)) close(holder);
  }
}

async function openFifo(path: string, direction: number, holders: number[]): Promise<Socket> {
  holders.push(await openDescriptor(path, O_RDWR | O_NONBLOCK));
  const fd = await openDescriptor(path, direction | O_NONBLOCK);
  return new Socket({ fd, readable: direction === O_RDONLY, writable: direction === O_WRONLY });
}
