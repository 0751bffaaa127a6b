// What an exchange needs of the protocol that carries it: HTTP/1.1 (http1-transport.ts), or HTTP/2 where the server speaks that
// (negotiated-transport.ts).

import type { AnyMessage } from '../../wasi/http/message-source.ts';
import type { OutboundRequest } from './outbound-request.ts';

/** How requests of one kind are sent. */
export interface Transport {
  /**
   * Sends a request, whose body it takes. An `isRepeated` one goes on a new connection. Throws, or tells that it is `refused`, what
   * cannot be sent in any way.
   */
  send(request: OutboundRequest, exchange: ExchangeEvents, isRepeated: boolean): Sending;
}

/** A request that is under way. */
export interface Sending {
  /** Gives the request up, and with it the response. What it failed with, `error` or another, is told later. */
  abort(error?: Error): void;
}

/** What an exchange is told. */
export interface ExchangeEvents {
  /** There is a connection that takes the request. */
  connected(): void;
  /** The response has begun; `headers` is a flat list. The message is closed when the exchange is over. */
  received(status: number, headers: readonly string[], message: ReceivedMessage): void;
  /** Nothing more will come. A request that is `isUnanswered` was not looked at by the server, which had closed a kept connection. */
  failed(error: unknown, isUnanswered: boolean): void;
  /** The request makes no sense to the protocol. */
  refused(error: unknown): void;
}

/** A response's body. */
export interface ReceivedMessage extends AnyMessage {
  setTimeout(ms: number, callback: () => void): unknown;
}
