// A request's body between the wire and the guest: what has come and was not read yet. The connection is told to stop when that is
// much, and to go on when the guest has read.

import { BodySource } from '../../wasi/http/body.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { IoError } from '../../wasi/io/error.ts';

/** The most bytes that wait for the guest before the wire has to wait: 64 KiB. */
const WAITING_LIMIT_BYTES = 0x1_0000;

/** What a body asks of its connection. */
export interface BodyFlow {
  /** The guest wants bytes for the first time: a client may be waiting to be told. */
  start(): void;
  /** There is room again. */
  resume(): void;
}

/** The reading end for the guest, the writing end for the connection. */
export class RequestBody extends BodySource {
  readonly #flow: BodyFlow;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #trailers: readonly string[] = [];
  #hasStarted = false;
  #isDiscarding = false;

  constructor(flow: BodyFlow) {
    super();
    this.#flow = flow;
  }

  /** True while the connection should bring no more. */
  get isFull(): boolean {
    return this.#queuedBytes >= WAITING_LIMIT_BYTES;
  }

  /** Takes bytes for good. */
  push(bytes: Uint8Array): void {
    if (this.#isDiscarding || this.isOver || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.wake();
  }

  /** The body is complete. */
  finish(trailers: readonly string[]): void {
    if (this.isOver) return;
    this.#trailers = trailers;
    this.isEnded = true;
    this.wake();
  }

  /** The body will never be complete. */
  break(code: ErrorCode, message: string): void {
    if (this.isOver) return;
    this.failure = new IoError(message, { http: code });
    this.wake();
  }

  take(limit: number): Uint8Array | undefined {
    this.#start();
    const [chunk] = this.#queue;
    if (chunk === undefined) return undefined;
    const wasFull = this.isFull;
    const taken = chunk.length <= limit ? chunk : chunk.subarray(0, limit);
    if (taken === chunk) this.#queue.shift();
    else this.#queue[0] = chunk.subarray(limit);
    this.#queuedBytes -= taken.length;
    if (wasFull && !this.isFull) this.#flow.resume();
    return taken;
  }

  override addWaiter(waiter: () => void): void {
    this.#start();
    super.addWaiter(waiter);
  }

  /** Throws away what is there and what will come. */
  drain(): void {
    this.#start();
    this.#isDiscarding = true;
    this.#queue = [];
    const wasFull = this.isFull;
    this.#queuedBytes = 0;
    if (wasFull) this.#flow.resume();
  }

  trailers(): readonly string[] {
    return this.#trailers;
  }

  /** Reads no more. What is left of the body is the connection's to throw away. */
  [Symbol.dispose](): void {}

  protected hasBytes(): boolean {
    this.#start();
    return this.#queuedBytes > 0;
  }

  #start(): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#flow.start();
  }
}
