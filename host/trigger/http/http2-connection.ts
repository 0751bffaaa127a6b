// Connections of HTTP/2, with prior knowledge or chosen by TLS: node:http2 speaks the protocol and bounds what a client may do with
// resets, settings and pings; here its streams become exchanges. It takes 12 MB, so only a connection that needs it loads it.

import type { Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { getBuiltinModule } from 'node:process';
import { addressOf } from './client-address.ts';
import type { Connection, ConnectionServer } from './connection-server.ts';
import type { Abandoned, Exchange } from './exchange.ts';
import { Http2Exchange, type StreamConnection } from './http2-exchange.ts';

/** The most streams of a connection at a time, as in Spin. */
const MAX_STREAMS = 200;

/** How long a connection may take to close. */
const LINGER_SECONDS = 2;

let shared: Http2Server | undefined;

/** A connection. */
export class Http2Connection implements Connection, StreamConnection {
  readonly #socket: Socket;
  readonly #server: ConnectionServer;
  readonly #exchanges = new Set<Http2Exchange>();
  #session: ServerHttp2Session | undefined;
  #clientAddress: string | undefined;
  #idleSince: number;
  /** No request has come yet. */
  #isFresh = true;
  #closingSince: number | undefined;

  /** `socket` has had all its bytes given back to it, and nobody listens to it. */
  constructor(socket: Socket, server: ConnectionServer) {
    this.#socket = socket;
    this.#server = server;
    this.#idleSince = server.now;
    // HTTP/2 knows no connection that is open on one side.
    socket.allowHalfOpen = false;
    shared ??= createSharedServer(server.limits.headBytes);
    shared.once('session', (session: ServerHttp2Session) => this.#serve(session));
    shared.emit('connection', socket);
  }

  get clientAddress(): string {
    this.#clientAddress ??= addressOf(this.#socket);
    return this.#clientAddress;
  }

  get bodyBytes(): number {
    return this.#server.limits.bodyBytes;
  }

  get now(): number {
    return this.#server.now;
  }

  hold(exchange: Http2Exchange): void {
    this.#server.hold(exchange);
  }

  destroy(): void {
    this.#session?.destroy();
    this.#socket.destroy();
  }

  /** Takes no more requests; closes when those under way are answered. */
  closeIfIdle(): void {
    this.#session?.close();
  }

  abandon(culprit: Exchange | undefined): Abandoned {
    let answered = 0;
    let broken = 0;
    for (const exchange of [...this.#exchanges]) {
      if (exchange.giveUp(exchange === culprit ? 504 : 503)) answered++;
      else broken++;
    }
    if (answered + broken > 0) this.#close();
    return { answered, broken };
  }

  /** Looks for what took too long. */
  sweep(): void {
    const { limits, now } = this.#server;
    for (const exchange of [...this.#exchanges]) {
      if (now - exchange.since > limits.requestSeconds) {
        this.#server.timedOut(exchange);
        exchange.giveUp(504);
      } else if (now - exchange.lastMoved > limits.idleSeconds && exchange.isStalled) {
        exchange.giveUp(408);
      }
    }
    const idleSeconds = this.#isFresh ? limits.headSeconds : limits.keepAliveSeconds;
    if (this.#closingSince !== undefined) {
      if (now - this.#closingSince > LINGER_SECONDS) this.destroy();
    } else if (this.#exchanges.size === 0 && now - this.#idleSince > idleSeconds) {
      this.#close();
    }
  }

  #close(): void {
    this.#closingSince ??= this.#server.now;
    this.#session?.close();
  }

  #serve(session: ServerHttp2Session): void {
    this.#session = session;
    session.on('error', () => this.#socket.destroy());
    session.on('stream', (stream: ServerHttp2Stream, _fields: unknown, _flags: unknown, raw: string[]) => {
      const exchange = new Http2Exchange(stream, raw, this);
      this.#exchanges.add(exchange);
      this.#isFresh = false;
      stream.once('close', () => {
        this.#exchanges.delete(exchange);
        this.#idleSince = this.#server.now;
      });
      this.#server.take(exchange);
    });
    if (this.#server.isDraining) session.close();
  }
}

function createSharedServer(headBytes: number): Http2Server {
  const { createServer } = getBuiltinModule('node:http2');
  const maxHeaderListSize = Math.min(headBytes, 0xffff_ffff);
  return createServer({
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize, enablePush: false },
    maxHeaderListPairs: 1000,
    // What an app sends twice is sent twice, as in HTTP/1.1.
    strictSingleValueFields: false,
  });
}
