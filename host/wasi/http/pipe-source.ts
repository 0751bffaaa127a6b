// A body that one component sends and another receives, with nothing between them but a bounded queue.

import { IoError } from '../io/error.ts';
import { WRITE_BUDGET_BYTES } from '../io/output-stream.ts';
import { BodySource } from './body.ts';
import type { BodyConsumer, BodyPipe } from './body-pipe.ts';

/** The receiving end of a `BodyPipe`. */
export class PipeSource extends BodySource implements BodyConsumer {
  readonly #pipe: BodyPipe;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #trailers: readonly string[] = [];
  #isDiscarding = false;

  /** Attaches itself to the pipe. */
  constructor(pipe: BodyPipe) {
    super();
    this.#pipe = pipe;
    pipe.attach(this);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isDiscarding) return true;
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.length;
    this.wake();
    return this.#queuedBytes < WRITE_BUDGET_BYTES;
  }

  end(trailers: readonly string[]): void {
    this.#trailers = trailers;
    this.isEnded = true;
    this.wake();
  }

  abort(): void {
    this.failure = new IoError('the body was given up', { http: { tag: 'connection-terminated' } });
    this.wake();
  }

  take(limit: number): Uint8Array | undefined {
    const [chunk] = this.#queue;
    if (chunk === undefined) return undefined;
    const taken = chunk.subarray(0, limit);
    if (taken.length === chunk.length) this.#queue.shift();
    else this.#queue[0] = chunk.subarray(limit);
    this.#queuedBytes -= taken.length;
    if (this.#queuedBytes < WRITE_BUDGET_BYTES) this.#pipe.drained();
    return taken;
  }

  /** Also what a receiver does that wants no more: the sender must not wait for it. */
  drain(): void {
    this.#isDiscarding = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#pipe.drained();
    this.wake();
  }

  trailers(): readonly string[] {
    return this.#trailers;
  }

  [Symbol.dispose](): void {
    this.drain();
  }

  protected hasBytes(): boolean {
    return this.#queuedBytes > 0;
  }
}
