// What connections and their server owe each other, whatever protocol a connection speaks.

import type { Socket } from 'node:net';
import type { Abandoned, Exchange } from './exchange.ts';
import type { HttpLimits } from './limits.ts';

/** A connection as its server knows it. */
export interface Connection {
  /** Gives up every exchange under way: with 504 where it is `culprit`, else with 503. */
  abandon(culprit: Exchange | undefined): Abandoned;
  /** Takes no more requests; closes if none is under way. */
  closeIfIdle(): void;
  /** Breaks off. */
  destroy(): void;
  /** Looks for what took too long. */
  sweep(): void;
}

/** What a connection needs of its server. */
export interface ConnectionServer {
  readonly limits: HttpLimits;
  /** Seconds of a clock that goes on in steps. */
  readonly now: number;
  /** No connection goes on after its exchange. */
  readonly isDraining: boolean;
  /** Asked once for each exchange: whether the connection may go on after it. */
  mayGoOn(): boolean;
  take(exchange: Exchange): void;
  /** Calls `flush` at the end of the turn. */
  hold(exchange: { flush(): void }): void;
  /** Calls `flush` soon, with those of other connections. */
  send(connection: { flush(): void }): void;
  /** Says that a request took too long. */
  timedOut(exchange: Exchange): void;
  /** The client speaks HTTP/2: the socket is given on with all its bytes. */
  speaksHttp2(connection: Connection, socket: Socket): void;
}
