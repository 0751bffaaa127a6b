// wasi:http/types responses @0.2.

import { Pollable } from '../io/poll.ts';
import { Waitable } from '../waitable.ts';
import { type BodySource, IncomingBody, OutgoingBody, type Result } from './body.ts';
import type { ErrorCode } from './error-code.ts';
import type { Fields } from './fields.ts';

/** The resource `outgoing-response`. */
export class OutgoingResponse {
  readonly #headers: Fields;
  #status = 200;
  #body: OutgoingBody | undefined;

  constructor(headers: Fields) {
    this.#headers = headers;
  }

  statusCode(): number {
    return this.#status;
  }

  setStatusCode(status: number): void {
    if (status < 100 || status > 999) throw undefined;
    this.#status = status;
  }

  headers(): Fields {
    return this.#headers.freeze();
  }

  body(): OutgoingBody {
    if (this.#body !== undefined) throw undefined;
    this.#body = new OutgoingBody('response', this.#headers);
    return this.#body;
  }

  /** The headers, for the host. */
  rawHeaders(): string[] {
    return this.#headers.raw();
  }

  /** The body, for the host; nothing when the guest never asked for it. */
  takenBody(): OutgoingBody | undefined {
    return this.#body;
  }
}

/** The resource `response-outparam`: hands the first answer to the host. */
export class ResponseOutparam {
  readonly #onSet: (response: Result<OutgoingResponse, ErrorCode>) => void;

  constructor(onSet: (response: Result<OutgoingResponse, ErrorCode>) => void) {
    this.#onSet = onSet;
  }

  static set(param: ResponseOutparam, response: Result<OutgoingResponse, ErrorCode>): void {
    param.#onSet(response);
  }
}

/** The resource `incoming-response`. */
export class IncomingResponse implements Disposable {
  readonly #status: number;
  readonly #headers: Fields;
  readonly #body: BodySource;
  #isConsumed = false;

  constructor(status: number, headers: Fields, body: BodySource) {
    this.#status = status;
    this.#headers = headers;
    this.#body = body;
  }

  status(): number {
    return this.#status;
  }

  headers(): Fields {
    return this.#headers.freeze();
  }

  consume(): IncomingBody {
    if (this.#isConsumed) throw undefined;
    this.#isConsumed = true;
    return new IncomingBody(this.#body);
  }

  [Symbol.dispose](): void {
    if (!this.#isConsumed) this.#body[Symbol.dispose]();
  }
}

/** The resource `future-incoming-response`. */
export class FutureIncomingResponse extends Waitable implements Disposable {
  /** Called when the guest drops the future before there is a response. */
  onDrop: (() => void) | undefined;
  #result: Result<IncomingResponse, ErrorCode> | undefined;
  #isTaken = false;

  /** Gives the result. Only the first one counts. */
  settle(result: Result<IncomingResponse, ErrorCode>): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    this.wake();
  }

  isReady(): boolean {
    return this.#result !== undefined;
  }

  subscribe(): Pollable {
    return new Pollable(this);
  }

  get(): Result<Result<IncomingResponse, ErrorCode>, undefined> | undefined {
    if (this.#result === undefined) return undefined;
    if (this.#isTaken) return { tag: 'err', val: undefined };
    this.#isTaken = true;
    return { tag: 'ok', val: this.#result };
  }

  [Symbol.dispose](): void {
    if (this.#result === undefined) this.onDrop?.();
  }
}
