// A message's body as Node reads it, made into a byte source. Nothing is read before the guest asks, and never more than
// the stream's own buffer: that is the backpressure.

import type { Readable } from 'node:stream';
import { IoError } from '../io/error.ts';
import { BodySource } from './body.ts';
import type { ErrorCode } from './error-code.ts';

/** A message as Node reads it: its trailers are there when it has ended. */
export interface AnyMessage extends Readable {
  readonly rawTrailers: readonly string[];
}

/** How a message source behaves beyond the message itself. */
export type MessageSourceOptions = {
  /** Called when the guest first asks for bytes. */
  readonly onFirstUse?: () => void;
  /** Converts what broke the message off. */
  readonly errorCodeFrom: (error: unknown) => ErrorCode;
};

/** The body of a request or response that has come in. */
export class MessageSource extends BodySource {
  readonly #message: AnyMessage;
  readonly #options: MessageSourceOptions;
  #rest: Uint8Array | undefined;
  #hasStarted = false;
  #isDraining = false;

  constructor(message: AnyMessage, options: MessageSourceOptions) {
    super();
    this.#message = message;
    this.#options = options;
  }

  take(limit: number): Uint8Array | undefined {
    this.#start();
    const rest = this.#rest ?? this.#read();
    if (rest === undefined) return undefined;
    this.#rest = rest.length > limit ? rest.subarray(limit) : undefined;
    return rest.length > limit ? rest.subarray(0, limit) : rest;
  }

  override addWaiter(waiter: () => void): void {
    this.#start();
    super.addWaiter(waiter);
  }

  drain(): void {
    this.#start();
    this.#isDraining = true;
    this.#rest = undefined;
    this.#read();
  }

  trailers(): readonly string[] {
    return this.#message.rawTrailers;
  }

  /** Ends the body: with what broke it off, or well. Only the first end counts. */
  finish(error: unknown): void {
    if (this.isOver) return;
    if (error === undefined) this.isEnded = true;
    else this.failure = new IoError(String(error), { http: this.#options.errorCodeFrom(error) });
    this.wake();
  }

  /** Reads no more. What is left of the body is the server's or the client's to throw away. */
  [Symbol.dispose](): void {}

  protected hasBytes(): boolean {
    this.#start();
    return this.#rest !== undefined;
  }

  #start(): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#options.onFirstUse?.();
    const message = this.#message;
    message.on('readable', () => this.#look());
    message.on('end', () => this.finish(undefined));
    message.on('error', (error) => this.finish(error));
    message.on('close', () => {
      if (!message.readableEnded) this.finish(new Error('connection closed'));
    });
    // It may have broken off before anybody asked for it.
    if (message.destroyed && !message.readableEnded) this.finish(message.errored ?? new Error('connection closed'));
    this.#look();
  }

  #look(): void {
    this.#rest ??= this.#read();
    this.wake();
  }

  /** Reading past the last byte is what makes the stream say `end`, so every look reads. */
  #read(): Uint8Array | undefined {
    const bytes = (this.#message.read() as Uint8Array | null) ?? undefined;
    if (!this.#isDraining || bytes === undefined) return bytes;
    while (this.#message.read() !== null);
    return undefined;
  }
}

/** The body of a message that has none. */
export class EmptyBodySource extends BodySource {
  constructor() {
    super();
    this.isEnded = true;
  }

  take(): undefined {}

  drain(): void {}

  trailers(): readonly string[] {
    return [];
  }

  [Symbol.dispose](): void {}

  protected hasBytes(): boolean {
    return false;
  }
}
