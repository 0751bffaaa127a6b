// Connections of HTTP/2 as a client has them (RFC 9113): each carries many requests, and one that is kept closes some time after its
// last. node:http2 takes 12 MB, so it is loaded for the first server that speaks HTTP/2.

import type { ClientHttp2Session, ClientHttp2Stream, ClientSessionRequestOptions } from 'node:http2';
import type { Socket } from 'node:net';
import { getBuiltinModule } from 'node:process';

/** How long a connection is kept without a request. */
const IDLE_MS = 90_000;

/** How much a server may send of a response that the guest does not read. */
const STREAM_WINDOW_BYTES = 256 << 10;

/** How much may be on its way on one connection. */
const CONNECTION_WINDOW_BYTES = 1 << 20;

/** What node:http2 may hold of all requests on a connection, in its unit of 10⁶ bytes: guests have limits of their own. */
const MAX_SESSION_MEMORY = 1000;

/** The most fields of a response's head, as node:http has it; their length is bounded besides. */
const MAX_FIELDS = 2000;

/** The connections that are kept, by origin. */
export class Http2Sessions {
  readonly #kept = new Map<string, Http2Session>();

  /** Returns a connection that takes requests. */
  find(origin: string): Http2Session | undefined {
    const session = this.#kept.get(origin);
    return session?.isOpen ? session : undefined;
  }

  /** Makes a connection of a socket that is connected. One that is not kept is for the requests that come at once. */
  open(origin: string, socket: Socket, isKept: boolean): Http2Session {
    const session = new Http2Session(socket, isKept ? IDLE_MS : 0);
    if (!isKept) return session;
    this.#kept.set(origin, session);
    socket.once('close', () => {
      if (this.#kept.get(origin) === session) this.#kept.delete(origin);
    });
    return session;
  }
}

/** A connection. */
export class Http2Session {
  readonly #session: ClientHttp2Session;
  readonly #idleMs: number;
  #streams = 0;
  #hasCarried = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: Socket, idleMs: number) {
    this.#idleMs = idleMs;
    // What a guest says twice is sent twice, as over HTTP/1.1. (Node's types lack that option.)
    const asSaid = { strictSingleValueFields: false };
    this.#session = getBuiltinModule('node:http2').connect('https://origin.invalid', {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
      maxSessionMemory: MAX_SESSION_MEMORY,
      maxHeaderListPairs: MAX_FIELDS,
      ...asSaid,
    });
    // Those that it carries hear of it themselves.
    this.#session.on('error', () => {});
    this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
  }

  /** Whether it takes requests. */
  get isOpen(): boolean {
    return !this.#session.closed && !this.#session.destroyed;
  }

  /** Whether a request has ended on it, so that its server may have closed it meanwhile. */
  get hasCarried(): boolean {
    return this.#hasCarried;
  }

  /** Opens a stream; `fields` is a flat list. Throws what cannot be sent. */
  request(fields: readonly string[], options: ClientSessionRequestOptions): ClientHttp2Stream {
    const stream = this.#session.request(fields, options);
    if (this.#streams++ === 0) this.#session.ref();
    clearTimeout(this.#timer);
    stream.once('close', () => {
      this.#hasCarried = true;
      this.#streams--;
      this.rest();
    });
    return stream;
  }

  /** Lets the connection wait for a next request, or closes it, if there is none on it. */
  rest(): void {
    if (this.#streams > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#session.close(), this.#idleMs);
    if (this.#idleMs === 0) return;
    this.#timer.unref();
    this.#session.unref();
  }
}
