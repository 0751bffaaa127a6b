// Requests to servers that may speak HTTP/2: over TLS the server chooses (RFC 7301), else it is known. One connection tells for all
// requests that wait for it; a server of HTTP/1.1 then has as many as it needs, in the care of node:https.

import type { Socket } from 'node:net';
import type { Http1Transport } from './http1-transport.ts';
import { Http2Sending } from './http2-sending.ts';
import { Http2Sessions } from './http2-sessions.ts';
import type { OutboundRequest } from './outbound-request.ts';
import type { ExchangeEvents, Sending, Transport } from './transport.ts';

/** How a connection is made that tells which protocol it is for. */
export interface Connector {
  /** Begins to connect. */
  connect(outbound: OutboundRequest): Socket;
  readonly readyEvent: 'connect' | 'secureConnect';
  /** What sends over a connection, or is known to have one to the origin, that is for HTTP/1.1; null where there is no such thing. */
  readonly http1: (Http1Transport & { hasConnection(outbound: OutboundRequest): boolean }) | null;
  speaksHttp2(socket: Socket): boolean;
}

/** Requests over what their server chooses. */
export class NegotiatedTransport implements Transport {
  readonly #connector: Connector;
  readonly #hasPooling: boolean;
  readonly #sessions = new Http2Sessions();
  readonly #attempts = new Map<string, Attempt>();

  constructor(connector: Connector, hasPooling: boolean) {
    this.#connector = connector;
    this.#hasPooling = hasPooling;
  }

  send(outbound: OutboundRequest, exchange: ExchangeEvents, isRepeated: boolean): Sending {
    const isKept = this.#hasPooling && !isRepeated;
    const { http1 } = this.#connector;
    const origin = originOf(outbound);
    if (isKept) {
      const session = this.#sessions.find(origin);
      if (session) return new Http2Sending(outbound, exchange, session);
      if (http1?.hasConnection(outbound)) return http1.send(outbound, exchange, false);
    }
    const attempt = (isKept && this.#attempts.get(origin)) || this.#connect(outbound, origin, isKept);
    return attempt.wait(outbound, exchange);
  }

  #connect(outbound: OutboundRequest, origin: string, isKept: boolean): Attempt {
    const { readyEvent } = this.#connector;
    const attempt = new Attempt(this.#connector.connect(outbound), readyEvent, (waiting, socket) => {
      if (isKept) this.#attempts.delete(origin);
      if (socket) this.#begin(waiting, socket, origin, isKept);
    });
    if (isKept) this.#attempts.set(origin, attempt);
    return attempt;
  }

  #begin(waiting: readonly WaitingRequest[], socket: Socket, origin: string, isKept: boolean): void {
    const { http1 } = this.#connector;
    if (http1 === null || this.#connector.speaksHttp2(socket)) {
      const session = this.#sessions.open(origin, socket, isKept);
      for (const one of waiting) one.begin((outbound, exchange) => new Http2Sending(outbound, exchange, session));
      session.rest();
      return;
    }
    const [first, ...others] = waiting;
    const isTaken = first?.begin((outbound, exchange) => http1.send(outbound, exchange, false, socket));
    if (!isTaken) socket.destroy();
    for (const one of others) one.begin((outbound, exchange) => http1.send(outbound, exchange, false));
  }
}

/** A connection that is being made. */
class Attempt {
  readonly #socket: Socket;
  readonly #waiting = new Set<WaitingRequest>();
  readonly #onEnd: (waiting: readonly WaitingRequest[], socket?: Socket) => void;
  #hasEnded = false;

  /** `onEnd` gets the socket if it is connected; of what kept it from that, those who wait have heard. */
  constructor(
    socket: Socket,
    readyEvent: Connector['readyEvent'],
    onEnd: (waiting: readonly WaitingRequest[], socket?: Socket) => void,
  ) {
    this.#socket = socket;
    this.#onEnd = onEnd;
    const fail = (error: unknown) => this.#end(undefined, error);
    const close = () => fail(new Error('the server closed the connection'));
    socket.on('error', fail);
    socket.on('close', close);
    socket.once(readyEvent, () => {
      socket.off('error', fail);
      socket.off('close', close);
      this.#end(socket);
    });
  }

  /** Lets a request wait for the connection. When nobody waits any more, it is given up. */
  wait(outbound: OutboundRequest, exchange: ExchangeEvents): Sending {
    const waiting = new WaitingRequest(outbound, exchange, () => {
      this.#waiting.delete(waiting);
      if (this.#waiting.size === 0) this.#end();
    });
    this.#waiting.add(waiting);
    return waiting;
  }

  #end(socket?: Socket, error?: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const waiting = [...this.#waiting];
    this.#onEnd(waiting, socket);
    if (socket) return;
    for (const one of waiting) one.fail(error);
    this.#socket.destroy();
  }
}

/** A request that waits for a connection, and then is under way. */
class WaitingRequest implements Sending {
  readonly #outbound: OutboundRequest;
  readonly #exchange: ExchangeEvents;
  readonly #leave: () => void;
  #sending: Sending | undefined;
  #isOver = false;

  constructor(outbound: OutboundRequest, exchange: ExchangeEvents, leave: () => void) {
    this.#outbound = outbound;
    this.#exchange = exchange;
    this.#leave = leave;
  }

  abort(error: Error = new Error('the request was given up')): void {
    if (this.#sending) this.#sending.abort(error);
    else if (!this.#isOver) {
      this.#leave();
      queueMicrotask(() => this.fail(error));
    }
  }

  /** Returns whether the request is under way. */
  begin(send: (outbound: OutboundRequest, exchange: ExchangeEvents) => Sending): boolean {
    this.#isOver = true;
    try {
      this.#sending = send(this.#outbound, this.#exchange);
    } catch (error) {
      this.#exchange.refused(error);
    }
    return this.#sending !== undefined;
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#exchange.failed(error, false);
  }
}

function originOf({ hostname, port }: OutboundRequest): string {
  return `${hostname}:${port}`;
}
