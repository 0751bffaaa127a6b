// One request of an HTTP/1.1 connection and its answer. The wire shows what the guest sent, the date, and what frames the body: header
// order and duplicates are kept. The head waits for the end of the guest's turn, so that a short answer goes out in one piece with its
// length.

import type { BodySource } from '../../wasi/http/body.ts';
import type { BodyConsumer, BodyPipe } from '../../wasi/http/body-pipe.ts';
import { EmptyBodySource } from '../../wasi/http/message-source.ts';
import { decodeLatin1 } from '../../wasi/latin1.ts';
import { formatChunkSize, formatLastChunk } from './chunked-body.ts';
import type { Exchange } from './exchange.ts';
import { RequestBody } from './request-body.ts';
import type { RequestHead } from './request-head.ts';
import { formatResponseHead, mayHaveBody, type ResponseFraming, toldLengthOf } from './response-head.ts';

/** A body up to this length is joined with its head to one string, which is written faster than two pieces. */
const JOINED_BYTES = 4096;

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** What an exchange needs of its connection. */
export interface ExchangeWire {
  readonly clientAddress: string;
  /** Sends a piece: text of one character for each byte, bytes, and text again. False: it wants no more until `drained`. */
  write(before: string, bytes?: Uint8Array, after?: string): boolean;
  /** Calls `flush` at the end of the turn. */
  hold(exchange: Http1Exchange): void;
  /** The answer is complete. */
  finished(exchange: Http1Exchange): void;
  /** Sends what was written, then closes; nothing more is taken of this client. */
  close(): void;
  /** The guest has read: more of the request may come. */
  resume(): void;
}

/** What has become of the answer: not begun, its head known, on its way, complete; or nobody waits for it any more. */
type State = 'open' | 'held' | 'streaming' | 'done' | 'gone';

/** One exchange. */
export class Http1Exchange implements Exchange, BodyConsumer {
  readonly head: RequestHead;
  /** Where the connection puts the request's body; nothing when there is none. */
  readonly requestBody: RequestBody | undefined;
  /** Whether the connection may go on after this exchange. */
  keepsAlive: boolean;
  /** When the exchange began, in seconds of the server's clock. */
  readonly since: number;
  readonly #wire: ExchangeWire;
  #emptyBody: EmptyBodySource | undefined;
  #state: State = 'open';
  #status = 200;
  #headers: readonly string[] = [];
  #held: Uint8Array | undefined;
  #framing: ResponseFraming = 'none';
  #pipe: BodyPipe | undefined;
  #onGone: (() => void)[] | undefined;

  constructor(wire: ExchangeWire, head: RequestHead, since: number) {
    this.#wire = wire;
    this.head = head;
    this.since = since;
    this.keepsAlive = head.keepsAlive;
    this.requestBody = head.framing && new RequestBody(this);
  }

  get method(): string {
    return this.head.method;
  }

  get target(): string {
    return this.head.target;
  }

  get host(): string | undefined {
    return this.head.host;
  }

  get headers(): string[] {
    return this.head.headers;
  }

  get clientAddress(): string {
    return this.#wire.clientAddress;
  }

  get body(): BodySource {
    if (this.requestBody !== undefined) return this.requestBody;
    this.#emptyBody ??= new EmptyBodySource();
    return this.#emptyBody;
  }

  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /** Whether the answer's head is on its way. */
  get isHeadSent(): boolean {
    return this.#state === 'streaming' || this.#state === 'done';
  }

  onGone(callback: () => void): void {
    this.#onGone ??= [];
    this.#onGone.push(callback);
  }

  answer(status: number, headers: readonly string[], pipe: BodyPipe | undefined): void {
    if (pipe === undefined) {
      this.answerWhole(status, headers);
    } else if (this.#state === 'open') {
      this.#status = status;
      this.#headers = headers;
      this.#state = 'held';
      this.#pipe = pipe;
      if (!this.#carriesBody) pipe.waiveLength();
      pipe.attach(this);
      // Attaching may have brought all of the body.
      if ((this.#state as State) === 'held') this.#wire.hold(this);
    } else {
      pipe.close();
    }
  }

  answerWhole(status: number, headers: readonly string[], body?: Uint8Array | string): void {
    if (this.#state !== 'open') return;
    this.#status = status;
    this.#headers = headers;
    this.#held = typeof body === 'string' ? Buffer.from(body) : body;
    this.#sendWhole();
  }

  refuse(): void {
    if (this.#state !== 'open') return;
    this.#state = 'gone';
    this.#wire.close();
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state === 'held') {
      if (this.#held === undefined) {
        this.#held = chunk;
        return true;
      }
      this.flush();
    }
    return this.#state !== 'streaming' || this.#writeChunk(chunk);
  }

  end(trailers: readonly string[]): void {
    if (this.#state === 'held' && trailers.length === 0) {
      this.#sendWhole();
      return;
    }
    this.flush();
    if (this.#state !== 'streaming') return;
    if (this.#framing === 'chunked') this.#wire.write(formatLastChunk(trailers));
    this.#finish();
  }

  /** Lets out what there is, then breaks the connection off, which is how HTTP/1.1 says that a body is not complete. */
  abort(): void {
    this.flush();
    if (this.#state !== 'streaming') return;
    this.#state = 'done';
    this.#wire.close();
  }

  /** Sends the head with what there is of the body. */
  flush(): void {
    if (this.#state !== 'held') return;
    this.#state = 'streaming';
    this.#framing = this.#streamFraming();
    if (this.#framing === 'none' && this.#carriesBody) this.keepsAlive = false;
    const chunk = this.#held;
    this.#held = undefined;
    const head = formatResponseHead(this.#status, this.#headers, this.#framing, this.#connectionOption());
    if (chunk === undefined || chunk.length === 0 || !this.#carriesBody) this.#wire.write(head);
    else if (this.#framing === 'chunked') this.#wire.write(`${head}${formatChunkSize(chunk.length)}`, chunk, '\r\n');
    else this.#wire.write(head, chunk);
  }

  /** The wire has room again. */
  drained(): void {
    this.#pipe?.drained();
  }

  /** The guest asks for the request's body. */
  start(): void {
    if (this.head.expectsContinue && this.#state === 'open') this.#wire.write(CONTINUE);
  }

  resume(): void {
    this.#wire.resume();
  }

  /** Nobody waits for the answer any more: tells those who work for it. */
  lose(): void {
    this.requestBody?.break({ tag: 'connection-terminated' }, 'the client has gone');
    if (this.#state === 'done' || this.#state === 'gone') return;
    this.#state = 'gone';
    for (const callback of this.#onGone ?? []) callback();
  }

  get #carriesBody(): boolean {
    return this.head.method !== 'HEAD' && mayHaveBody(this.#status);
  }

  #streamFraming(): ResponseFraming {
    if (this.#status === 204) return 'none';
    if (toldLengthOf(this.#headers) !== undefined) return 'as told';
    return this.#carriesBody && this.head.minorVersion === 1 ? 'chunked' : 'none';
  }

  #writeChunk(chunk: Uint8Array): boolean {
    if (!this.#carriesBody || chunk.length === 0) return true;
    if (this.#framing !== 'chunked') return this.#wire.write('', chunk);
    return this.#wire.write(formatChunkSize(chunk.length), chunk, '\r\n');
  }

  #sendWhole(): void {
    const body = this.#held;
    this.#held = undefined;
    const length = body?.length ?? 0;
    this.#framing = this.#wholeFraming(length);
    const head = formatResponseHead(this.#status, this.#headers, this.#framing, this.#connectionOption());
    if (body === undefined || length === 0 || !this.#carriesBody) this.#wire.write(head);
    else if (length > JOINED_BYTES) this.#wire.write(head, body);
    else this.#wire.write(head + decodeLatin1(body));
    this.#finish();
  }

  #wholeFraming(length: number): ResponseFraming {
    if (this.#status === 204) return 'none';
    const told = toldLengthOf(this.#headers);
    if (this.#carriesBody) return told === length ? 'as told' : length;
    // The answer describes a body that it does not carry: its length is the app's to tell.
    if (told !== undefined) return 'as told';
    return length > 0 && this.#status !== 304 ? length : 'none';
  }

  #connectionOption(): 'keep-alive' | 'close' | undefined {
    const { minorVersion, keepsAlive } = this.head;
    if (minorVersion === 0) return this.keepsAlive ? 'keep-alive' : undefined;
    return keepsAlive && !this.keepsAlive ? 'close' : undefined;
  }

  #finish(): void {
    this.#state = 'done';
    this.#wire.finished(this);
  }
}
