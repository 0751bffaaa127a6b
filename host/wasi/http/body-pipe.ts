// The way of an outgoing body from the guest to the wire. The guest may write before there is a wire (before the response is
// set, before the request is handled): a budget's worth is kept until a consumer is attached.

import { IoError } from '../io/error.ts';
import { ByteSink, WRITE_BUDGET_BYTES } from '../io/output-stream.ts';

/** The wire end of a pipe: a response or a request. */
export interface BodyConsumer {
  /** Takes a chunk for good. False: it wants no more until it calls `drained`. */
  write(chunk: Uint8Array): boolean;
  /** The body is complete; `trailers` is a flat list of names and values, perhaps empty. */
  end(trailers: readonly string[]): void;
  /** The body will never be complete. */
  abort(): void;
}

/** A sink that hands chunks to a `BodyConsumer`. */
export class BodyPipe extends ByteSink {
  #expectedBytes: number | undefined;
  #writtenBytes = 0;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #consumer: BodyConsumer | undefined;
  #isFull = false;
  #end: 'aborted' | readonly string[] | undefined;

  /** `expectedBytes` is the content length that the guest declared, if any. */
  constructor(expectedBytes?: number) {
    super();
    this.#expectedBytes = expectedBytes;
  }

  /** Bytes taken so far. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Tells whether the guest has ended or given up the body. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Tells whether the guest gave the body up before its end. */
  get wasAborted(): boolean {
    return this.#end === 'aborted';
  }

  /** True once it is known that the body has no bytes. */
  get isEmpty(): boolean {
    return this.#end !== undefined && this.#writtenBytes === 0;
  }

  /** False when the guest declared a length that its body does not have. */
  get hasExpectedLength(): boolean {
    return this.#expectedBytes === undefined || this.#expectedBytes === this.#writtenBytes;
  }

  put(bytes: Uint8Array): void {
    const length = this.#writtenBytes + bytes.length;
    if (this.#expectedBytes !== undefined && length > this.#expectedBytes) {
      this.failure = new IoError(`body longer than its content-length of ${this.#expectedBytes}`);
      return;
    }
    this.#writtenBytes = length;
    if (this.#consumer !== undefined) {
      this.#isFull = !this.#consumer.write(bytes);
    } else {
      this.#queue.push(bytes);
      this.#queuedBytes += bytes.length;
    }
  }

  isFlushed(): boolean {
    return !this.#isFull || this.isClosed;
  }

  /** The message describes a body that it does not carry, as the answer to a HEAD request does. */
  waiveLength(): void {
    this.#expectedBytes = undefined;
  }

  /** Hands over what was kept, and everything from now on. */
  attach(consumer: BodyConsumer): void {
    this.#consumer = consumer;
    this.#isFull = false;
    for (const chunk of this.#queue) this.#isFull = !consumer.write(chunk);
    this.#queue = [];
    this.#queuedBytes = 0;
    if (this.#end !== undefined) this.#tellEnd(this.#end);
    this.wake();
  }

  /** The consumer has room again. */
  drained(): void {
    this.#isFull = false;
    this.wake();
  }

  /** The other side has gone: nothing will be taken any more. */
  close(): void {
    this.isClosed = true;
    this.#queue = [];
    this.wake();
  }

  /** Lets the guest write on, to nowhere: what became of the message it learns from the answer. */
  discard(): void {
    this.attach({ write: () => true, end: () => {}, abort: () => {} });
  }

  /** Ends the body. Only the first end counts. */
  end(trailers: readonly string[] = []): void {
    this.#finish(trailers);
  }

  /** Gives the body up unless it has ended. */
  abort(): void {
    this.#finish('aborted');
  }

  [Symbol.dispose](): void {}

  protected room(): number {
    if (this.#consumer !== undefined) return this.#isFull ? 0 : WRITE_BUDGET_BYTES;
    return Math.max(0, WRITE_BUDGET_BYTES - this.#queuedBytes);
  }

  #finish(end: 'aborted' | readonly string[]): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.isClosed = true;
    if (this.#consumer !== undefined) this.#tellEnd(end);
    this.wake();
  }

  #tellEnd(end: 'aborted' | readonly string[]): void {
    if (end === 'aborted') this.#consumer?.abort();
    else this.#consumer?.end(end);
  }
}
