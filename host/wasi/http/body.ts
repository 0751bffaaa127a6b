// wasi:http/types bodies and trailers @0.2.

import { ByteSource, InputStream } from '../io/input-stream.ts';
import { OutputStream } from '../io/output-stream.ts';
import { Pollable } from '../io/poll.ts';
import { Waitable } from '../waitable.ts';
import { BodyPipe } from './body-pipe.ts';
import type { ErrorCode } from './error-code.ts';
import { createIncomingFields, type Fields } from './fields.ts';

/** `result` in a place where it is not thrown. */
export type Result<T, E> = { readonly tag: 'ok'; readonly val: T } | { readonly tag: 'err'; readonly val: E };

/** A byte source that is a message's body. */
export abstract class BodySource extends ByteSource {
  /** Reads the rest and throws it away. */
  abstract drain(): void;
  /** The trailers as node:http gives them, once the body has ended. */
  abstract trailers(): readonly string[];

  /** Tells whether everything has been read, well or not. */
  get isOver(): boolean {
    return this.isEnded || this.failure !== undefined;
  }
}

/** The resource `incoming-body`. */
export class IncomingBody implements Disposable {
  readonly source: BodySource;
  #isStreamTaken = false;

  constructor(source: BodySource) {
    this.source = source;
  }

  static finish(body: IncomingBody): FutureTrailers {
    body.source.drain();
    return new FutureTrailers(body.source);
  }

  stream(): InputStream {
    if (this.#isStreamTaken) throw undefined;
    this.#isStreamTaken = true;
    return new InputStream(this.source);
  }

  [Symbol.dispose](): void {}
}

/** Ready when a body has ended. */
class BodyEnd extends Waitable {
  readonly #source: BodySource;

  constructor(source: BodySource) {
    super();
    this.#source = source;
  }

  override get isCancelled(): boolean {
    return this.#source.isCancelled;
  }

  isReady(): boolean {
    return this.#source.isOver;
  }

  override addWaiter(waiter: () => void): void {
    this.#source.addWaiter(waiter);
  }

  override removeWaiter(waiter: () => void): void {
    this.#source.removeWaiter(waiter);
  }
}

/** The resource `future-trailers`. */
export class FutureTrailers {
  readonly #source: BodySource;
  readonly #end: BodyEnd;
  #isTaken = false;

  constructor(source: BodySource) {
    this.#source = source;
    this.#end = new BodyEnd(source);
  }

  subscribe(): Pollable {
    return new Pollable(this.#end);
  }

  get(): Result<Result<Fields | undefined, ErrorCode>, undefined> | undefined {
    if (!this.#end.isReady()) return undefined;
    if (this.#isTaken) return { tag: 'err', val: undefined };
    this.#isTaken = true;
    return { tag: 'ok', val: this.#trailers() };
  }

  #trailers(): Result<Fields | undefined, ErrorCode> {
    const error = this.#source.takeError();
    if (error?.tag === 'last-operation-failed') {
      return { tag: 'err', val: error.val.detail.http ?? { tag: 'internal-error', val: error.val.message } };
    }
    const trailers = this.#source.trailers();
    return { tag: 'ok', val: trailers.length > 0 ? createIncomingFields(trailers) : undefined };
  }
}

/** The resource `outgoing-body`. */
export class OutgoingBody implements Disposable {
  readonly pipe: BodyPipe;
  readonly #kind: 'request' | 'response';
  #isStreamTaken = false;

  /** `headers` may declare the body's length. */
  constructor(kind: 'request' | 'response', headers: Fields) {
    this.#kind = kind;
    this.pipe = new BodyPipe(contentLength(headers));
  }

  /** Throws the result error where the length is not the declared one; the message is then given up. */
  static finish(body: OutgoingBody, trailers: Fields | undefined): void {
    if (body.pipe.hasExpectedLength) {
      body.pipe.end(trailers?.raw());
      return;
    }
    body.pipe.abort();
    const error: ErrorCode = { tag: `HTTP-${body.#kind}-body-size`, val: BigInt(body.pipe.writtenBytes) };
    throw error;
  }

  write(): OutputStream {
    if (this.#isStreamTaken) throw undefined;
    this.#isStreamTaken = true;
    return new OutputStream(this.pipe);
  }

  [Symbol.dispose](): void {
    this.pipe.abort();
  }
}

function contentLength(headers: Fields): number | undefined {
  const [value] = headers.values('content-length');
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
