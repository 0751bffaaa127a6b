// wasi:io/streams.input-stream@0.2 over a byte source: https://github.com/WebAssembly/wasi-io/blob/main/wit/streams.wit

import { Waitable } from '../waitable.ts';
import { type IoError, STREAM_CLOSED, type StreamError } from './error.ts';
import { Pollable } from './poll.ts';

/** The most bytes one read hands out, whatever the guest asks for: 1 MiB. */
const READ_LIMIT_BYTES = 0x10_0000;

const NOTHING = new Uint8Array(0);

/** Where the bytes of an input stream come from. Subclasses call `wake` when bytes, the end or a failure have come. */
export abstract class ByteSource extends Waitable implements Disposable {
  /** Set when no byte will come after those that are there. */
  protected isEnded = false;
  protected failure: IoError | undefined;

  /** Takes up to `limit` bytes that are there; nothing when none are. */
  abstract take(limit: number): Uint8Array | undefined;
  abstract [Symbol.dispose](): void;
  protected abstract hasBytes(): boolean;

  isReady(): boolean {
    return this.hasBytes() || this.isEnded || this.failure !== undefined;
  }

  /** Returns why there are no bytes: a failure once, then closed; nothing while more may come. */
  takeError(): StreamError | undefined {
    if (this.failure !== undefined) {
      const val = this.failure;
      this.failure = undefined;
      this.isEnded = true;
      return { tag: 'last-operation-failed', val };
    }
    return this.isEnded ? STREAM_CLOSED : undefined;
  }
}

/** A source of bytes that are all there. */
export class BytesSource extends ByteSource {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.#rest = bytes;
    this.isEnded = true;
  }

  take(limit: number): Uint8Array | undefined {
    if (this.#rest.length === 0) return undefined;
    const taken = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(limit);
    return taken;
  }

  [Symbol.dispose](): void {
    this.#rest = NOTHING;
  }

  protected hasBytes(): boolean {
    return this.#rest.length > 0;
  }
}

/** The resource `input-stream`. */
export class InputStream implements Disposable {
  readonly source: ByteSource;

  constructor(source: ByteSource) {
    this.source = source;
  }

  read(length: bigint): Uint8Array {
    return this.take(limitFromLength(length));
  }

  blockingRead(length: bigint): Uint8Array | Promise<Uint8Array> {
    const limit = limitFromLength(length);
    const bytes = this.take(limit);
    return bytes.length > 0 || limit === 0 ? bytes : this.#waitAndTake(limit);
  }

  skip(length: bigint): bigint {
    return BigInt(this.read(length).length);
  }

  blockingSkip(length: bigint): bigint | Promise<bigint> {
    const bytes = this.blockingRead(length);
    return bytes instanceof Promise ? bytes.then((skipped) => BigInt(skipped.length)) : BigInt(bytes.length);
  }

  subscribe(): Pollable {
    return new Pollable(this.source);
  }

  [Symbol.dispose](): void {
    this.source[Symbol.dispose]();
  }

  /** Takes bytes that are there, perhaps none. Throws the stream error at the end or after a failure. */
  take(limit: number): Uint8Array {
    if (limit === 0) return NOTHING;
    const bytes = this.source.take(limit);
    if (bytes !== undefined) return bytes;
    const error = this.source.takeError();
    if (error !== undefined) throw error;
    return NOTHING;
  }

  async #waitAndTake(limit: number): Promise<Uint8Array> {
    for (;;) {
      await this.source.wait();
      const bytes = this.take(limit);
      if (bytes.length > 0) return bytes;
    }
  }
}

/** Converts a guest's length to a number of bytes to take at most. */
export function limitFromLength(length: bigint): number {
  return length > READ_LIMIT_BYTES ? READ_LIMIT_BYTES : Number(length);
}
