// Writes a guest's response with node:http so that the wire shows what the guest sent and nothing else: header order and duplicates
// are kept, no connection headers are added. The head waits for the end of the guest's turn, so that a short response goes out in one
// piece with its length.

import type { ServerResponse } from 'node:http';
import type { BodyConsumer } from '../../wasi/http/body-pipe.ts';
import { hasField, pairsOf } from '../../wasi/http/field-list.ts';

/** A body up to this length is joined with its head to one string, which node:http writes faster than two buffers. */
const JOINED_BYTES = 4096;

/** The wire end of a response's body. */
export class ResponseWriter implements BodyConsumer {
  readonly #response: ServerResponse;
  readonly #status: number;
  readonly #headers: string[];
  #held: Uint8Array | undefined;
  #isHeadSent = false;

  /** `headers` is a flat list of names and values. Nothing is sent before the current turn has ended or the body has. */
  constructor(response: ServerResponse, status: number, headers: string[]) {
    this.#response = response;
    this.#status = status;
    this.#headers = headers;
    setImmediate(() => this.#sendHead());
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isHeadSent) return this.#response.write(chunk);
    if (this.#held === undefined) {
      this.#held = chunk;
      return true;
    }
    this.#sendHead();
    return this.#response.write(chunk);
  }

  end(trailers: readonly string[]): void {
    if (this.#isHeadSent || trailers.length > 0) {
      this.#sendHead();
      if (trailers.length > 0) this.#response.addTrailers(pairsOf(trailers));
      this.#response.end();
      return;
    }
    this.#isHeadSent = true;
    sendWhole(this.#response, this.#status, this.#headers, this.#held);
  }

  /** Lets out what there is, then breaks the connection, which is how HTTP/1.1 says that a body is not complete. */
  abort(): void {
    this.#sendHead();
    // node:http keeps chunks until the end of the turn.
    setImmediate(() => this.#response.socket?.destroySoon());
  }

  #sendHead(): void {
    if (this.#isHeadSent || this.#response.destroyed) return;
    this.#isHeadSent = true;
    this.#response.removeHeader('connection');
    this.#response.writeHead(this.#status, this.#headers);
    if (this.#held === undefined) this.#response.flushHeaders();
    else this.#response.write(this.#held);
    this.#held = undefined;
  }
}

/** Sends a response that is complete, with its length. */
export function sendWhole(
  response: ServerResponse,
  status: number,
  headers: readonly string[],
  body?: Uint8Array | string,
): void {
  const mayHaveLength = status >= 200 && status !== 204 && status !== 304;
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  // A HEAD response describes a body it does not have: its length is the app's to tell.
  const isTold =
    hasField(headers, 'content-length') || !mayHaveLength || (response.req.method === 'HEAD' && length === 0);
  response.removeHeader('connection');
  response.writeHead(status, isTold ? [...headers] : [...headers, 'content-length', String(length)]);
  const isJoined = body instanceof Uint8Array && length <= JOINED_BYTES;
  if (isJoined) response.end(Buffer.from(body.buffer, body.byteOffset, length).toString('latin1'), 'latin1');
  else response.end(body);
}
