// The HTTP server of the app, over sockets: who is connected, what they may take, and how it ends. `http1-connection.ts` has the
// protocol.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ConnectionSharing } from '../trigger.ts';
import type { Connection, ConnectionServer } from './connection-server.ts';
import type { Dispatch } from './dispatch.ts';
import type { Abandoned, Exchange } from './exchange.ts';
import { Http1Connection } from './http1-connection.ts';
import { Http2Connection } from './http2-connection.ts';
import { descriptorOf, LendingSocket } from './lending-socket.ts';
import { type HttpLimits, httpLimitsOf } from './limits.ts';
import type { ListenAddress } from './listen-address.ts';
import { createTlsServer, type TlsFiles } from './tls.ts';

/** How often is looked for what took too long, in milliseconds. */
const SWEEP_MS = 1000;

/** How long an answer waits for others to go out with, in milliseconds. */
const TOGETHER_MS = 1;

/** A server that listens. */
export interface HttpServer {
  readonly address: ListenAddress;
  readonly connectionCount: number;
  /** Serves a connection that another thread has accepted. */
  adopt(descriptor: number): void;
  /** Closes so large a part of the connections, each after the next answer on it. */
  shed(part: number): void;
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
  /** Not under TLS, where what a client has said first is no other thread's to know. */
  readonly sharing?: ConnectionSharing | undefined;
  /** Says something to the operator. */
  readonly log?: (line: string) => void;
  readonly sweepMs?: number;
  /** Clients speak TLS. */
  readonly tls?: TlsFiles | undefined;
};

/** Listens, unless another thread does, and dispatches. Rejects with the error of the system when it cannot listen. */
export async function listenHttp(
  listenAddress: ListenAddress,
  dispatch: Dispatch,
  options: ListenOptions = {},
): Promise<HttpServer> {
  const connections = new Connections(dispatch, options);
  const { sharing, tls, log = () => {} } = options;
  const accept = (socket: Socket) => {
    if (sharing?.thread === 'first' && sharing.offer(descriptorOf(socket))) socket.destroy();
    else connections.serve(LendingSocket.takeOver(socket), false);
  };
  const isFurther = sharing?.thread === 'further';
  const server = tls
    ? createTlsServer(
        tls,
        (socket, speaksHttp2) => connections.serve(socket, speaksHttp2),
        log,
        connections.limits.connections,
      )
    : createServer({ noDelay: true, pauseOnConnect: true }, accept);
  if (!isFurther) await listen(server, listenAddress);
  return {
    address: isFurther ? sharing.address : boundAddress(server),
    get connectionCount() {
      return connections.count;
    },
    adopt: (descriptor) => connections.serve(new LendingSocket({ fd: descriptor }), false),
    shed: (part) => connections.shed(part),
    drain: () => {
      server.close();
      return connections.drain();
    },
    close: () => connections.close(),
    abandon: (culprit) => connections.abandon(culprit),
  };
}

function listen(server: Server, { hostname, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: hostname, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function boundAddress(server: Server): ListenAddress {
  const { address, port } = server.address() as AddressInfo;
  return { hostname: address, port };
}

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
  #unsent: { flush(): void }[] = [];
  #unsentSince = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** How many connections are to be closed after their next answer. */
  #toShed = 0;
  /** How many sockets are open, whatever is spoken on them. */
  #sockets = 0;
  readonly #sharing: ConnectionSharing | undefined;
  #onEmpty = () => {};

  constructor(
    dispatch: Dispatch,
    { limits = httpLimitsOf({}), log = () => {}, sweepMs = SWEEP_MS, sharing }: ListenOptions,
  ) {
    this.limits = limits;
    this.#sharing = sharing;
    this.#dispatch = dispatch;
    this.#log = log;
    this.#sweepMs = sweepMs;
  }

  get count(): number {
    return this.#sockets;
  }

  serve(socket: Socket, speaksHttp2: boolean): void {
    this.#sockets++;
    socket.once('close', () => {
      this.#sockets--;
      if (this.#sharing?.thread === 'further') this.#sharing.onEnd();
      if (this.#sockets === 0) this.#onEmpty();
    });
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

  speaksHttp2(connection: Connection, socket: Socket): void {
    this.#open.delete(connection);
    this.#add(new Http2Connection(socket, this), socket);
  }

  shed(part: number): void {
    this.#toShed = Math.round(this.#open.size * part);
  }

  mayGoOn(): boolean {
    if (this.#toShed === 0) return true;
    this.#toShed--;
    return false;
  }

  take(exchange: Exchange): void {
    this.#dispatch(exchange);
  }

  /** One immediate serves everyone whose guest has not ended the answer within its turn. */
  hold(exchange: { flush(): void }): void {
    if (this.#held.push(exchange) === 1) setImmediate(() => this.#flush());
  }

  /** Answers that are ready within a millisecond go out together, so that a client on this machine is woken once. */
  send(connection: { flush(): void }): void {
    const count = this.#unsent.push(connection);
    if (count === 1) {
      this.#unsentSince = performance.now();
      setImmediate(() => this.#sendAll());
    } else if (performance.now() - this.#unsentSince > TOGETHER_MS) {
      this.#sendAll();
    }
  }

  timedOut({ method, target }: Exchange): void {
    this.#log(
      `Error processing request: ${method} ${target.slice(0, 200)} took longer than ${this.limits.requestSeconds} s`,
    );
  }

  /** Resolves when every connection has ended. */
  drain(): Promise<void> {
    this.isDraining = true;
    for (const connection of [...this.#open]) connection.closeIfIdle();
    if (this.#sockets === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  close(): void {
    for (const connection of [...this.#open]) connection.destroy();
  }

  abandon(culprit: Exchange | undefined): Abandoned {
    let answered = 0;
    let broken = 0;
    // What was to be flushed at the end of the turn may belong to a turn that never ends.
    this.#held = [];
    this.#unsent = [];
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

  #sendAll(): void {
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const connection of unsent) connection.flush();
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
