// A request from the wire and its answer, whatever protocol carries them. The dispatcher gets one object for each request; it is also
// what tells requests apart when some of them have to be given up (`HttpServer.abandon`).

import type { BodySource } from '../../wasi/http/body.ts';
import type { Asker } from './incoming-handler.ts';

/** What was asked, and the client that waits for the answer. */
export interface Exchange extends Asker {
  readonly method: string;
  /** The target as it stands in the request line, one character for each byte. */
  readonly target: string;
  /** The first Host header, or the authority that HTTP/2 names. */
  readonly host: string | undefined;
  /** Flat list of names in lower case and values, in order, without those of the connection and those only the host may set. */
  readonly headers: string[];
  /** The request's body; nothing is read of it before it is asked for. */
  readonly body: BodySource;
  /** `ip:port` of the peer. */
  readonly clientAddress: string;
  /** Answers with a response that is all there; `headers` is a flat list. A length is added where the app told none. */
  answerWhole(status: number, headers: readonly string[], body?: Uint8Array | string): void;
  /** Closes the connection without an answer. */
  refuse(): void;
}

/** How exchanges ended that were given up. */
export type Abandoned = {
  /** Answered with 504 or 503. */
  readonly answered: number;
  /** Their answer had begun and was broken off. */
  readonly broken: number;
};
