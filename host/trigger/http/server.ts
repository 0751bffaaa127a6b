// The HTTP server of the app, over sockets: who is connected, what they may take, and how it ends. `http1-connection.ts` has the
// protocol.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Dispatch } from './dispatch.ts';
import type { Abandoned, Exchange } from './exchange.ts';
import { type ConnectionServer, Http1Connection } from './http1-connection.ts';
import { Http2Connection } from './http2-connection.ts';
import { type HttpLimits, httpLimitsOf } from './limits.ts';
import type { ListenAddress } from './listen-address.ts';
import { createTlsServer, type TlsFiles } from './tls.ts';

/** How often is looked for what took too long, in milliseconds. */
const SWEEP_MS = 1000;

/** A server that listens. */
export interface HttpServer {
  readonly address: ListenAddress;
  readonly connectionCount: number;
  /** Stops accepting and resolves when every request under way has been answered. */
  drain(): Promise<void>;
  /** Breaks every connection off. */
  close(): void;
  /**
   * Gives up every exchange under way, whose work was lost with `culprit`: that one is answered 504 Gateway Timeout, the others 503
   * Service Unavailable; where the head was sent already, the connection is just broken off. Closes exactly these connections, tells
   * their `onGone`, and relies on no promise, callback or parser of theirs. Idle connections and the listening socket go on.
   */
  abandon(culprit: Exchange | undefined): Abandoned;
}

/** How to listen. */
export type ListenOptions = {
  /** By default what holds when the environment says nothing. */
  readonly limits?: HttpLimits;
  /** Several threads listen on one port, and the kernel distributes the connections. */
  readonly reusePort?: boolean;
  /** Says something to the operator. */
  readonly log?: (line: string) => void;
  readonly sweepMs?: number;
  /** Clients speak TLS. */
  readonly tls?: TlsFiles | undefined;
};

/** Listens and dispatches. Rejects with the error of the system when it cannot listen. */
export async function listenHttp(
  listenAddress: ListenAddress,
  dispatch: Dispatch,
  options: ListenOptions = {},
): Promise<HttpServer> {
  const connections = new Connections(dispatch, options);
  const { tls, log = () => {} } = options;
  const server =
    tls === undefined
      ? createServer({ allowHalfOpen: true, noDelay: true }, (socket) => connections.accept(socket, false))
      : createTlsServer(tls, (socket, speaksHttp2) => connections.accept(socket, speaksHttp2), log);
  await listen(server, listenAddress, options);
  const bound = server.address() as AddressInfo;
  return {
    address: { hostname: bound.address, port: bound.port },
    get connectionCount() {
      return connections.count;
    },
    drain: () => {
      connections.drain();
      return new Promise((resolve) => server.close(() => resolve()));
    },
    close: () => connections.close(),
    abandon: (culprit) => connections.abandon(culprit),
  };
}

function listen(
  server: Server,
  { hostname, port }: ListenAddress,
  { reusePort = false }: ListenOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: hostname, port, reusePort }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

type Connection = Pick<Http1Connection, 'abandon' | 'closeIfIdle' | 'destroy' | 'sweep'>;

/** The connections of a server. */
class Connections implements ConnectionServer {
  readonly limits: HttpLimits;
  now = 0;
  isDraining = false;
  readonly #dispatch: Dispatch;
  readonly #log: (line: string) => void;
  readonly #sweepMs: number;
  readonly #open = new Set<Connection>();
  #held: { flush(): void }[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(dispatch: Dispatch, { limits = httpLimitsOf({}), log = () => {}, sweepMs = SWEEP_MS }: ListenOptions) {
    this.limits = limits;
    this.#dispatch = dispatch;
    this.#log = log;
    this.#sweepMs = sweepMs;
  }

  get count(): number {
    return this.#open.size;
  }

  accept(socket: Socket, speaksHttp2: boolean): void {
    if (this.#open.size >= this.limits.connections) {
      socket.destroy();
      return;
    }
    if (this.#timer === undefined) {
      this.now = performance.now() / 1000;
      this.#timer = setInterval(() => this.#sweep(), this.#sweepMs).unref();
    }
    this.#add(speaksHttp2 ? new Http2Connection(socket, this) : new Http1Connection(socket, this), socket);
  }

  speaksHttp2(connection: Http1Connection, socket: Socket): void {
    this.#open.delete(connection);
    this.#add(new Http2Connection(socket, this), socket);
  }

  take(exchange: Exchange): void {
    this.#dispatch(exchange);
  }

  /** One immediate serves everyone whose guest has not ended the answer within its turn. */
  hold(exchange: { flush(): void }): void {
    if (this.#held.push(exchange) === 1) setImmediate(() => this.#flush());
  }

  timedOut({ method, target }: Exchange): void {
    this.#log(
      `Error processing request: ${method} ${target.slice(0, 200)} took longer than ${this.limits.requestSeconds} s`,
    );
  }

  drain(): void {
    this.isDraining = true;
    for (const connection of [...this.#open]) connection.closeIfIdle();
  }

  close(): void {
    for (const connection of [...this.#open]) connection.destroy();
  }

  abandon(culprit: Exchange | undefined): Abandoned {
    let answered = 0;
    let broken = 0;
    // What was to be flushed at the end of the turn may belong to a turn that never ends.
    this.#held = [];
    for (const connection of [...this.#open]) {
      const abandoned = connection.abandon(culprit);
      answered += abandoned.answered;
      broken += abandoned.broken;
    }
    return { answered, broken };
  }

  #add(connection: Connection, socket: Socket): void {
    this.#open.add(connection);
    socket.once('close', () => this.#open.delete(connection));
  }

  #flush(): void {
    const held = this.#held;
    this.#held = [];
    for (const exchange of held) exchange.flush();
  }

  #sweep(): void {
    this.now = performance.now() / 1000;
    for (const connection of [...this.#open]) connection.sweep();
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
