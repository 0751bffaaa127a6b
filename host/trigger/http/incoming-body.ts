// The body of a request as it comes over a connection of HTTP/1.1: which bytes are its own, and when there are too many.

import { ChunkedDecoder } from './chunked-body.ts';
import { Refusal } from './refusal.ts';
import type { RequestBody } from './request-body.ts';
import type { BodyFraming } from './request-head.ts';

/** A body on its way in. */
export class IncomingBody {
  readonly body: RequestBody;
  readonly #chunks: ChunkedDecoder | undefined;
  #limit: number;
  #rest: number;
  #discarded = 0;
  #discardLimit = Number.POSITIVE_INFINITY;
  /** All of it has come. */
  isDone = false;
  /** Nobody wants it. */
  isDiscarding = false;

  /** Throws a `Refusal` when the body is longer than `limitBytes`. */
  constructor(framing: BodyFraming, body: RequestBody, limitBytes: number) {
    this.body = body;
    this.#limit = limitBytes;
    this.#rest = framing.tag === 'length' ? framing.val : 0;
    this.#chunks = framing.tag === 'chunked' ? new ChunkedDecoder((bytes) => this.#push(bytes)) : undefined;
    if (this.#rest > limitBytes) throw new Refusal(413, 'a body that is too long');
  }

  /** More would have to be thrown away than it is worth. */
  get isOverdue(): boolean {
    return this.isDiscarding && this.#discarded > this.#discardLimit;
  }

  /** Takes bytes; returns how many of them belonged to the body. */
  push(bytes: Uint8Array): number {
    if (this.#chunks !== undefined) {
      const used = this.#chunks.push(bytes);
      if (this.#chunks.isDone) this.#finish(this.#chunks.trailers);
      return used;
    }
    const used = Math.min(bytes.length, this.#rest);
    this.#rest -= used;
    this.#push(used === bytes.length ? bytes : bytes.subarray(0, used));
    if (this.#rest === 0) this.#finish([]);
    return used;
  }

  /** Nobody waits for the rest: a guest that reads on all the same must not take what it has for all. */
  discard(limitBytes: number): void {
    this.isDiscarding = true;
    this.#discardLimit = limitBytes;
    if (this.#rest > limitBytes) this.#discarded = this.#rest;
    this.body.break({ tag: 'connection-terminated' }, 'the request was answered before its body had come');
  }

  #push(bytes: Uint8Array): void {
    if (this.isDiscarding) this.#discarded += bytes.length;
    this.#limit -= bytes.length;
    if (this.#limit < 0) throw new Refusal(413, 'a body that is too long');
    this.body.push(bytes);
  }

  #finish(trailers: readonly string[]): void {
    this.isDone = true;
    this.body.finish(trailers);
  }
}
