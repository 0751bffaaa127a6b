// One stream of an HTTP/2 connection and its answer (RFC 9113 section 8).

import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { BodySource } from '../../wasi/http/body.ts';
import type { BodyConsumer, BodyPipe } from '../../wasi/http/body-pipe.ts';
import { isHopByHop } from '../../wasi/http/fields.ts';
import { EmptyBodySource } from '../../wasi/http/message-source.ts';
import type { Exchange } from './exchange.ts';
import { RequestBody } from './request-body.ts';
import { isInternalHost } from './request-target.ts';
import { mayHaveBody, toldLengthOf } from './response-head.ts';
import { isSpinHeader } from './spin-headers.ts';

/** Error codes of RST_STREAM, https://www.rfc-editor.org/rfc/rfc9113#section-7 */
const NO_ERROR = 0;
const PROTOCOL_ERROR = 1;
const INTERNAL_ERROR = 2;
const CANCEL = 8;

/** The status whose answer has no content, whatever the app says: it is also framed as if it had none. */
const RESET_CONTENT = 205;

/** The highest status that node:http2 sends. */
const MAX_STATUS = 599;

/** What a stream needs of its connection. */
export interface StreamConnection {
  readonly clientAddress: string;
  /** The most bytes of a request's body. */
  readonly bodyBytes: number;
  /** Seconds of a clock that goes on in steps. */
  readonly now: number;
  hold(exchange: Http2Exchange): void;
}

/** One exchange. */
export class Http2Exchange implements Exchange, BodyConsumer {
  method = '';
  target = '';
  host: string | undefined;
  readonly headers: string[] = [];
  readonly body: BodySource;
  /** When the exchange began, and when something last moved. */
  readonly since: number;
  lastMoved: number;
  readonly #stream: ServerHttp2Stream;
  readonly #connection: StreamConnection;
  readonly #requestBody: RequestBody | undefined;
  #expectsContinue = false;
  #bodyBytes = 0;
  #state: 'open' | 'held' | 'streaming' | 'done' | 'gone' = 'open';
  #status = 200;
  #answerHeaders: readonly string[] = [];
  #held: Uint8Array | undefined;
  #pipe: BodyPipe | undefined;
  #trailers: readonly string[] = [];
  readonly #onGone: (() => void)[] = [];

  /** `raw` is the flat list of fields, pseudo-header fields among them. */
  constructor(stream: ServerHttp2Stream, raw: readonly string[], connection: StreamConnection) {
    this.#stream = stream;
    this.#connection = connection;
    this.since = connection.now;
    this.lastMoved = connection.now;
    this.#readFields(raw);
    this.#requestBody = stream.endAfterHeaders ? undefined : new RequestBody(this);
    this.body = this.#requestBody ?? new EmptyBodySource();
    stream.on('error', () => {});
    stream.on('close', () => this.lose());
    stream.on('drain', () => {
      this.lastMoved = connection.now;
      this.#pipe?.drained();
    });
    stream.on('wantTrailers', () => stream.sendTrailers(fieldsFrom(this.#trailers)));
  }

  get clientAddress(): string {
    return this.#connection.clientAddress;
  }

  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /** Whether somebody waits for the client. */
  get isStalled(): boolean {
    const waitsForBody = this.#requestBody?.isOver === false && this.#stream.readableFlowing === true;
    return waitsForBody || this.#stream.writableLength > 0;
  }

  onGone(callback: () => void): void {
    this.#onGone.push(callback);
  }

  answer(status: number, headers: readonly string[], pipe: BodyPipe | undefined): void {
    if (pipe === undefined) {
      this.answerWhole(status, headers);
    } else if (this.#state === 'open') {
      this.#begin(status, headers);
      this.#state = 'held';
      this.#pipe = pipe;
      if (!this.#carriesBody) pipe.waiveLength();
      pipe.attach(this);
      if ((this.#state as string) === 'held') this.#connection.hold(this);
    } else {
      pipe.close();
    }
  }

  answerWhole(status: number, headers: readonly string[], body?: Uint8Array | string): void {
    if (this.#state !== 'open') return;
    this.#begin(status, headers);
    this.#held = typeof body === 'string' ? Buffer.from(body) : body;
    this.#sendWhole();
  }

  /** Not with REFUSED_STREAM, which asks the client to try again. */
  refuse(): void {
    this.#close(PROTOCOL_ERROR);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state === 'held' && this.#held === undefined) {
      this.#held = chunk;
      return true;
    }
    this.flush();
    if (this.#state !== 'streaming' || !this.#carriesBody) return true;
    this.lastMoved = this.#connection.now;
    return this.#stream.write(chunk);
  }

  end(trailers: readonly string[]): void {
    if (this.#state === 'held' && trailers.length === 0) {
      this.#sendWhole();
      return;
    }
    this.flush();
    if (this.#state !== 'streaming') return;
    this.#trailers = trailers;
    this.#finish();
  }

  abort(): void {
    this.flush();
    this.#close(INTERNAL_ERROR);
  }

  /** Sends the head with what there is of the body. */
  flush(): void {
    if (this.#state !== 'held') return;
    this.#state = 'streaming';
    const isEnd = !this.#carriesBody;
    this.#respond(isEnd ? this.#wholeLength(0) : toldLengthOf(this.#answerHeaders), isEnd);
    if (this.#held !== undefined && !isEnd) this.#stream.write(this.#held);
    this.#held = undefined;
  }

  /** The guest asks for the request's body. */
  start(): void {
    const body = this.#requestBody;
    const stream = this.#stream;
    if (body === undefined || stream.destroyed) return;
    if (this.#expectsContinue && this.#state === 'open') stream.additionalHeaders({ ':status': 100 });
    let trailers: string[] = [];
    stream.on('data', (bytes: Buffer) => this.#take(bytes, body));
    stream.on('trailers', (_fields: unknown, _flags: unknown, raw?: string[]) => {
      trailers = shownFields(raw ?? []);
    });
    stream.on('end', () => body.finish(trailers));
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Nobody waits for the answer any more: tells those who work for it. */
  lose(): void {
    this.#requestBody?.break({ tag: 'connection-terminated' }, 'the client has gone');
    if (this.#state === 'done' || this.#state === 'gone') return;
    this.#state = 'gone';
    for (const callback of this.#onGone) callback();
  }

  /** Ends the stream: with `status` if no head was sent. Returns whether it was answered so. */
  giveUp(status: number): boolean {
    const isAnswered = !this.#stream.headersSent && !this.#stream.destroyed;
    if (isAnswered) this.#stream.respond({ ':status': status, 'content-length': '0' }, { endStream: true });
    else this.#stream.close(CANCEL);
    this.lose();
    return isAnswered;
  }

  get #carriesBody(): boolean {
    return this.method !== 'HEAD' && mayHaveBody(this.#status) && this.#status !== RESET_CONTENT;
  }

  #readFields(raw: readonly string[]): void {
    const authorities: string[] = [];
    for (let index = 0; index + 1 < raw.length; index += 2) {
      const name = raw[index] as string;
      const value = raw[index + 1] as string;
      if (name === ':method') this.method = value;
      else if (name === ':path') this.target = value;
      else if (name === ':authority' || name === 'host') authorities.push(value);
      else if (name === 'expect') this.#expectsContinue = value.toLowerCase() === '100-continue';
    }
    this.host = onlyHost(authorities);
    // Guests look for the Host header, whichever protocol brought it.
    if (this.host !== undefined) this.headers.push('host', this.host);
    this.headers.push(...shownFields(raw));
  }

  #begin(status: number, headers: readonly string[]): void {
    // A client takes a status that it does not know for the first of its class, and one of no class for 500 (RFC 9110 section 15).
    this.#status = status > MAX_STATUS ? 500 : status;
    this.#answerHeaders = headers;
  }

  #take(bytes: Buffer, body: RequestBody): void {
    this.lastMoved = this.#connection.now;
    this.#bodyBytes += bytes.length;
    if (this.#bodyBytes > this.#connection.bodyBytes) {
      this.giveUp(413);
      return;
    }
    body.push(bytes);
    if (body.isFull) this.#stream.pause();
  }

  #sendWhole(): void {
    const body = this.#held;
    this.#held = undefined;
    const length = body?.length ?? 0;
    const isEnd = !this.#carriesBody || length === 0;
    this.#respond(this.#wholeLength(length), isEnd);
    if (!isEnd) this.#stream.write(body);
    this.#finish();
  }

  #wholeLength(length: number): number | undefined {
    if (this.#carriesBody) return length;
    if (this.#status === RESET_CONTENT) return 0;
    // The answer describes a body that it does not carry: its length is the app's to tell.
    return toldLengthOf(this.#answerHeaders) ?? (length > 0 && this.#status !== 304 ? length : undefined);
  }

  #respond(length: number | undefined, endStream: boolean): void {
    if (this.#stream.destroyed || this.#stream.headersSent) return;
    const fields = fieldsFrom(this.#answerHeaders);
    delete fields['content-length'];
    if (length !== undefined && this.#status !== 204) fields['content-length'] = String(length);
    try {
      this.#stream.respond({ ':status': this.#status, ...fields }, { endStream, waitForTrailers: !endStream });
    } catch (error) {
      // Whatever node:http2 does not take, nobody is to wait for.
      this.#stream.close(INTERNAL_ERROR);
      throw error;
    }
  }

  #finish(): void {
    this.#state = 'done';
    const stream = this.#stream;
    stream.end();
    // A body that nobody read is not waited for.
    if (this.#requestBody?.isOver === false) stream.once('finish', () => stream.close(NO_ERROR));
  }

  #close(code: number): void {
    if (this.#state === 'done' || this.#state === 'gone') return;
    this.#state = 'done';
    this.#stream.close(code);
  }
}

/** Returns the host that all of `authorities` name; nothing where they differ, or where it claims to be within the app. */
function onlyHost(authorities: readonly string[]): string | undefined {
  const [host] = authorities;
  if (host === undefined || isInternalHost(host)) return undefined;
  const isSame = (other: string) => other.toLowerCase() === host.toLowerCase();
  return authorities.every(isSame) ? host : undefined;
}

/** Returns the fields that an app may see. HTTP/2 has names in lower case, and may have cookies in parts (RFC 9113 section 8.2.3). */
function shownFields(raw: readonly string[]): string[] {
  const shown: string[] = [];
  let cookieAt = -1;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string;
    if (name.startsWith(':') || name === 'host' || isHopByHop(name) || isSpinHeader(name)) continue;
    if (name === 'cookie' && cookieAt !== -1) {
      shown[cookieAt] += `; ${raw[index + 1]}`;
      continue;
    }
    shown.push(name, raw[index + 1] as string);
    if (name === 'cookie') cookieAt = shown.length - 1;
  }
  return shown;
}

/** Returns fields as node:http2 takes them: several values of one name together. Those of a connection cannot be sent. */
function fieldsFrom(list: readonly string[]): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (let index = 0; index + 1 < list.length; index += 2) {
    const name = list[index] as string;
    if (isHopByHop(name) || name === 'te') continue;
    const value = list[index + 1] as string;
    const known = fields[name];
    fields[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return fields;
}
