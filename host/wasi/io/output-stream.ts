// wasi:io/streams.output-stream@0.2 over a byte sink: https://github.com/WebAssembly/wasi-io/blob/main/wit/streams.wit

import { Waitable } from '../waitable.ts';
import { type IoError, STREAM_CLOSED, type StreamError } from './error.ts';
import { type InputStream, limitFromLength } from './input-stream.ts';
import { Pollable } from './poll.ts';

/** The most bytes `check-write` permits at a time: 64 KiB. */
export const WRITE_BUDGET_BYTES = 0x1_0000;

/** The most bytes `blocking-write-and-flush` and its like take, as the interface says. */
const BLOCKING_WRITE_LIMIT_BYTES = 4096;

/** Where the bytes of an output stream go. Subclasses call `wake` when room, the end of a flush, a failure or the end have come. */
export abstract class ByteSink extends Waitable implements Disposable {
  protected isClosed = false;
  protected failure: IoError | undefined;

  /** Takes bytes, which are the sink's from now on. It may take a few more than its room. */
  abstract put(bytes: Uint8Array): void;
  abstract [Symbol.dispose](): void;
  /** How many bytes it wants now; 0 when it is full. */
  protected abstract room(): number;
  /** Tells whether everything put so far has been handed on. */
  abstract isFlushed(): boolean;

  isReady(): boolean {
    return this.isClosed || this.failure !== undefined || this.room() > 0;
  }

  /** Returns how many bytes may be put now. Throws the stream error when no byte will be taken any more. */
  budget(): number {
    const error = this.#takeError();
    if (error !== undefined) throw error;
    return Math.min(this.room(), WRITE_BUDGET_BYTES);
  }

  #takeError(): StreamError | undefined {
    if (this.failure !== undefined) {
      const val = this.failure;
      this.failure = undefined;
      this.isClosed = true;
      return { tag: 'last-operation-failed', val };
    }
    return this.isClosed ? STREAM_CLOSED : undefined;
  }
}

/** Waits for the end of a flush: ready when it is done or the sink takes nothing any more. */
class Flush extends Waitable {
  readonly #sink: ByteSink;

  constructor(sink: ByteSink) {
    super();
    this.#sink = sink;
  }

  override get isCancelled(): boolean {
    return this.#sink.isCancelled;
  }

  isReady(): boolean {
    return this.#sink.isFlushed();
  }

  override addWaiter(waiter: () => void): void {
    this.#sink.addWaiter(waiter);
  }

  override removeWaiter(waiter: () => void): void {
    this.#sink.removeWaiter(waiter);
  }
}

/** The resource `output-stream`. */
export class OutputStream implements Disposable {
  readonly #sink: ByteSink;
  #permit = 0;
  #flush: Flush | undefined;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  checkWrite(): bigint {
    this.#permit = this.#flush?.isReady() === false ? 0 : this.#sink.budget();
    return BigInt(this.#permit);
  }

  write(contents: Uint8Array): void {
    this.#spend(contents.length);
    this.#sink.budget();
    if (contents.length > 0) this.#sink.put(contents.slice());
  }

  blockingWriteAndFlush(contents: Uint8Array): Promise<void> | undefined {
    checkBlockingLength(contents.length);
    return this.#putAndFlush(contents.slice());
  }

  flush(): void {
    this.#sink.budget();
    this.#flush ??= new Flush(this.#sink);
  }

  blockingFlush(): Promise<void> | undefined {
    this.flush();
    return this.#flush?.isReady() ? this.#checkFailure() : this.#whenFlushed();
  }

  subscribe(): Pollable {
    return new Pollable(this.#flush?.isReady() === false ? this.#flush : this.#sink);
  }

  writeZeroes(length: bigint): void {
    this.#spend(Number(length));
    this.#sink.budget();
    if (length > 0n) this.#sink.put(new Uint8Array(Number(length)));
  }

  blockingWriteZeroesAndFlush(length: bigint): Promise<void> | undefined {
    checkBlockingLength(length);
    return this.#putAndFlush(new Uint8Array(Number(length)));
  }

  splice(source: InputStream, length: bigint): bigint {
    const bytes = source.take(Math.min(limitFromLength(length), this.#sink.budget()));
    if (bytes.length > 0) this.#sink.put(bytes);
    return BigInt(bytes.length);
  }

  blockingSplice(source: InputStream, length: bigint): bigint | Promise<bigint> {
    const spliced = this.splice(source, length);
    return spliced > 0n || length === 0n ? spliced : this.#waitAndSplice(source, length);
  }

  [Symbol.dispose](): void {
    this.#sink[Symbol.dispose]();
  }

  #spend(length: number): void {
    if (length > this.#permit) throw new Error(`write of ${length} bytes where check-write permitted ${this.#permit}`);
    this.#permit -= length;
  }

  #putAndFlush(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#sink.budget() < bytes.length) return this.#putAllAndFlush(bytes);
    this.#sink.put(bytes);
    return this.#sink.isFlushed() ? undefined : this.blockingFlush();
  }

  async #putAllAndFlush(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      await this.#sink.wait();
      const budget = this.#sink.budget();
      if (budget > 0) this.#sink.put(rest.subarray(0, budget));
      rest = rest.subarray(budget);
    }
    await this.blockingFlush();
  }

  async #whenFlushed(): Promise<void> {
    await this.#flush?.wait();
    this.#checkFailure();
  }

  #checkFailure(): undefined {
    this.#sink.budget();
  }

  async #waitAndSplice(source: InputStream, length: bigint): Promise<bigint> {
    for (;;) {
      await source.source.wait();
      await this.#sink.wait();
      const spliced = this.splice(source, length);
      if (spliced > 0n) return spliced;
    }
  }
}

function checkBlockingLength(length: number | bigint): void {
  if (length <= BLOCKING_WRITE_LIMIT_BYTES) return;
  throw new Error(`blocking write of ${length} bytes, more than ${BLOCKING_WRITE_LIMIT_BYTES}`);
}
