// A connection of HTTP/1.1 (RFC 9112 section 9): bytes from the socket to exchanges, one after another, and their answers back in the
// same order. What is pipelined waits, up to a bound, then the socket does.

import type { Socket } from 'node:net';
import { addressOf } from './client-address.ts';
import type { Connection, ConnectionServer } from './connection-server.ts';
import type { Abandoned, Exchange } from './exchange.ts';
import { checkText } from './field-line.ts';
import { type ExchangeWire, Http1Exchange } from './http1-exchange.ts';
import { IncomingBody } from './incoming-body.ts';
import { isLent, LendingSocket } from './lending-socket.ts';
import { Refusal } from './refusal.ts';
import type { RequestBody } from './request-body.ts';
import { type BodyFraming, parseRequestHead, type RequestHead } from './request-head.ts';
import { formatResponseHead } from './response-head.ts';

/** Heads are mostly shorter: this much of a piece is looked at first. */
const USUAL_HEAD_BYTES = 2048;

/** The most bytes of later requests that wait for the one under way. */
const PIPELINED_LIMIT_BYTES = 0x1_0000;

/** The most bytes of answers that wait for the client before its next request does: 1 MiB. */
const UNSENT_LIMIT_BYTES = 0x10_0000;

/** How much of a body that nobody read is read for nothing, so that the connection can go on. */
const DISCARD_LIMIT_BYTES = 0x4_0000;

/** How long a client that has ended its side is believed to wait for the answer. */
const HALF_CLOSED_MS = 1000;

/** How long a client may take to close a connection that was closed for it. Until then what it sends is read, lest it miss the answer. */
const LINGER_SECONDS = 2;

/** One connection. */
export class Http1Connection implements Connection, ExchangeWire {
  readonly #socket: Socket;
  readonly #server: ConnectionServer;
  #clientAddress: string | undefined;
  /** Bytes that are not understood yet: part of a head, or requests that wait for their turn. */
  #waiting: Buffer | undefined;
  /** How much of the head that waits has been looked through. */
  #searched = 0;
  /** Text that is sent at the end of the turn. */
  #outbox = '';
  #exchange: Http1Exchange | undefined;
  #incoming: IncomingBody | undefined;
  /** The socket brings nothing more, or nothing that counts. */
  #isClosing = false;
  #isPaused = false;
  #isAdvancing = false;
  /** No request is taken before answers have gone out. */
  #isClogged = false;
  /** When the present phase began: waiting for a head, for a body, for the client to close. */
  #since: number;
  #isFresh = true;
  #isFirst = true;
  #halfClosed: ReturnType<typeof setTimeout> | undefined;

  readonly #listeners: readonly (readonly [string, (bytes: Buffer) => void])[] = [
    ['data', (bytes) => this.#read(bytes)],
    ['end', () => this.#readEnd()],
    ['drain', () => this.#drained()],
    ['error', () => this.#socket.destroy()],
    ['close', () => this.#closed()],
  ];

  constructor(socket: Socket, server: ConnectionServer) {
    this.#socket = socket;
    this.#server = server;
    this.#since = server.now;
    for (const [event, listener] of this.#listeners) socket.on(event, listener);
    // Then there are no 'data' events.
    if (socket instanceof LendingSocket) socket.receive = (bytes) => this.#read(bytes);
  }

  get clientAddress(): string {
    this.#clientAddress ??= addressOf(this.#socket);
    return this.#clientAddress;
  }

  write(before: string, bytes?: Uint8Array, after = ''): boolean {
    const socket = this.#socket;
    if (bytes === undefined) {
      const isFirst = this.#outbox === '';
      this.#outbox += before;
      if (isFirst) this.#server.send(this);
      return true;
    }
    this.flush();
    socket.cork();
    if (before !== '') socket.write(before, 'latin1');
    const hasRoom = socket.write(bytes);
    if (after !== '') socket.write(after, 'latin1');
    socket.uncork();
    return hasRoom;
  }

  /** Sends what was written in this turn. One write after the other wakes a client on this machine once and not for each. */
  flush(): void {
    const text = this.#outbox;
    if (text === '') return;
    this.#outbox = '';
    const socket = this.#socket;
    if (socket instanceof LendingSocket) socket.send(text);
    else socket.write(text, 'latin1');
    this.#unclog();
  }

  hold(exchange: Http1Exchange): void {
    this.#server.hold(exchange);
  }

  finished(exchange: Http1Exchange): void {
    const incoming = this.#incoming;
    if (incoming !== undefined && !incoming.isDone) {
      // A client that was not told to go on may send the body or another request.
      if (exchange.head.expectsContinue) exchange.keepsAlive = false;
      incoming.discard(DISCARD_LIMIT_BYTES);
      if (exchange.keepsAlive && !incoming.isOverdue) {
        this.resume();
        return;
      }
      exchange.keepsAlive = false;
    }
    this.#endExchange(exchange);
  }

  close(): void {
    this.#isClosing = true;
    this.#waiting = undefined;
    this.#since = this.#server.now;
    this.flush();
    this.#socket.end();
    this.resume();
  }

  /** Breaks off. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Closes the connection if it waits for a request. */
  closeIfIdle(): void {
    if (this.#exchange === undefined && !this.#isClosing) this.close();
  }

  /** Gives up the exchange under way: with 504 where it is `culprit`, else with 503. */
  abandon(culprit: Exchange | undefined): Abandoned {
    const exchange = this.#exchange;
    this.flush();
    if (exchange === undefined) return { answered: 0, broken: 0 };
    return this.#giveUp(exchange === culprit ? 504 : 503) ? { answered: 1, broken: 0 } : { answered: 0, broken: 1 };
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#since = this.#server.now;
    this.#socket.resume();
  }

  /** Looks for what took too long. */
  sweep(): void {
    const { limits, now } = this.#server;
    const exchange = this.#exchange;
    const elapsed = now - this.#since;
    if (this.#isClosing) {
      if (this.#socket.writableLength === 0 ? elapsed > LINGER_SECONDS : elapsed > limits.idleSeconds) this.destroy();
    } else if (exchange !== undefined) {
      if (now - exchange.since > limits.requestSeconds) {
        this.#server.timedOut(exchange);
        this.#giveUp(504);
      } else if (elapsed > limits.idleSeconds && this.#isStalled()) this.#giveUp(408);
    } else if (this.#isClogged) {
      if (elapsed > limits.idleSeconds) this.destroy();
    } else if (this.#waiting !== undefined || this.#isFresh) {
      if (elapsed > limits.headSeconds) this.#refuse(408);
    } else if (elapsed > limits.keepAliveSeconds) {
      this.close();
    }
  }

  #read(bytes: Buffer): void {
    if (this.#isClosing) return;
    try {
      this.#take(bytes);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#incoming?.body.break({ tag: 'HTTP-protocol-error' }, error.message);
      if (this.#exchange === undefined) this.#refuse(error.status);
      else this.#giveUp(error.status);
    }
    if (this.#waiting !== undefined) this.#waiting = owned(this.#waiting);
  }

  #take(bytes: Buffer): void {
    let rest = bytes;
    const incoming = this.#incoming;
    if (incoming !== undefined && !incoming.isDone) {
      this.#since = this.#server.now;
      rest = this.#takeBody(incoming, owned(bytes));
      if (rest.length === 0 && !incoming.isDone) return;
    }
    if (rest.length > 0) this.#waiting = this.#waiting === undefined ? rest : Buffer.concat([this.#waiting, rest]);
    if (this.#isFirst && this.#waiting !== undefined && this.#takePreface(this.#waiting)) return;
    this.#advance();
    const isBusy = this.#exchange !== undefined || this.#isClogged;
    if (isBusy && (this.#waiting?.length ?? 0) >= PIPELINED_LIMIT_BYTES) this.#pause();
  }

  /** Returns whether the bytes are, or may become, the preface of HTTP/2, which no request of HTTP/1.1 begins like. */
  #takePreface(bytes: Buffer): boolean {
    const length = Math.min(bytes.length, PREFACE.length);
    if (bytes[0] !== PREFACE[0] || bytes.compare(PREFACE, 0, length, 0, length) !== 0) return false;
    if (length < PREFACE.length) return true;
    const socket = this.#socket;
    for (const [event, listener] of this.#listeners) socket.off(event, listener);
    socket.pause();
    this.#isClosing = true;
    this.#waiting = undefined;
    socket.unshift(owned(bytes));
    this.#server.speaksHttp2(this, socket);
    return true;
  }

  #takeBody(incoming: IncomingBody, bytes: Buffer): Buffer {
    const used = incoming.push(bytes);
    const exchange = this.#exchange;
    if (incoming.isDone && incoming.isDiscarding && exchange !== undefined) this.#endExchange(exchange);
    else if (incoming.isOverdue && exchange !== undefined) {
      exchange.keepsAlive = false;
      this.#endExchange(exchange);
    } else if (!incoming.isDone && !incoming.isDiscarding && incoming.body.isFull) this.#pause();
    return bytes.subarray(used);
  }

  /** Begins exchanges as long as there are whole heads and none is under way. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    try {
      while (this.#exchange === undefined && this.#waiting !== undefined && !this.#isClosing) {
        this.#isClogged = this.#unsentBytes > UNSENT_LIMIT_BYTES;
        if (this.#isClogged) return;
        const head = this.#takeHead(this.#waiting);
        if (head === undefined) return;
        this.#begin(head);
      }
    } finally {
      this.#isAdvancing = false;
    }
  }

  /** Returns the next head, or nothing while it is not whole. */
  #takeHead(bytes: Buffer): RequestHead | undefined {
    const { headBytes } = this.#server.limits;
    // A client may send an empty line before a request (RFC 9112 section 2.2).
    let start = 0;
    while (bytes[start] === 0x0d && bytes[start + 1] === 0x0a) start += 2;
    let text = bytes.toString('latin1', start, Math.min(bytes.length, start + USUAL_HEAD_BYTES));
    let end = text.indexOf('\r\n\r\n');
    if (end === -1 && bytes.length > start + USUAL_HEAD_BYTES) {
      const found = bytes.indexOf('\r\n\r\n', Math.max(start, this.#searched - 3), 'latin1');
      end = found === -1 ? -1 : found - start;
      if (end !== -1 && end <= headBytes) text = bytes.toString('latin1', start, found);
    }
    if (end === -1 ? bytes.length - start > headBytes : end > headBytes) {
      throw new Refusal(text.includes('\r\n') ? 431 : 414, 'a head that is too long');
    }
    if (end === -1) {
      checkText(bytes.toString('latin1', Math.max(start, this.#searched - 1), bytes.length));
      this.#searched = bytes.length;
      if (this.#isFresh) this.#since = this.#server.now;
      this.#isFresh = false;
      return undefined;
    }
    this.#searched = 0;
    const next = start + end + 4;
    this.#waiting = next < bytes.length ? bytes.subarray(next) : undefined;
    return parseRequestHead(text.length === end ? text : text.slice(0, end));
  }

  #begin(head: RequestHead): void {
    const exchange = new Http1Exchange(this, head, this.#server.now);
    this.#isFresh = false;
    this.#isFirst = false;
    this.#exchange = exchange;
    if (!this.#server.mayGoOn()) exchange.keepsAlive = false;
    const { framing } = head;
    const body = exchange.requestBody;
    if (framing !== undefined && body !== undefined) this.#beginBody(framing, body);
    this.#server.take(exchange);
  }

  #beginBody(framing: BodyFraming, body: RequestBody): void {
    const { bodyBytes } = this.#server.limits;
    this.#since = this.#server.now;
    this.#incoming = new IncomingBody(framing, body, bodyBytes);
    const bytes = this.#waiting;
    if (bytes === undefined) return;
    const rest = this.#takeBody(this.#incoming, owned(bytes));
    this.#waiting = rest.length > 0 ? rest : undefined;
  }

  #endExchange(exchange: Http1Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    this.#incoming = undefined;
    this.#since = this.#server.now;
    if (!exchange.keepsAlive || this.#server.isDraining || this.#halfClosed !== undefined) {
      this.close();
      return;
    }
    this.resume();
    if (this.#waiting !== undefined && !this.#isAdvancing) this.#read(NOTHING);
  }

  /** Ends the exchange under way: with `status` if no head was sent. Returns whether it was answered so. */
  #giveUp(status: number): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) return false;
    const isAnswered = !exchange.isHeadSent;
    this.#exchange = undefined;
    if (isAnswered) this.#refuse(status);
    else this.#socket.destroy();
    exchange.lose();
    return isAnswered;
  }

  /** Answers by itself and closes. */
  #refuse(status: number): void {
    if (this.#socket.destroyed || this.#isClosing) return;
    this.flush();
    this.#socket.write(formatResponseHead(status, [], 0, 'close'), 'latin1');
    this.close();
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  #isStalled(): boolean {
    const incoming = this.#incoming;
    const waitsForBody = incoming !== undefined && !incoming.isDone && !this.#isPaused;
    return waitsForBody || this.#socket.writableLength > 0;
  }

  #drained(): void {
    this.#since = this.#server.now;
    this.#exchange?.drained();
    this.#unclog();
  }

  get #unsentBytes(): number {
    return this.#socket.writableLength + this.#outbox.length;
  }

  /** Goes on with requests that waited because the client did not read the answers to others. */
  #unclog(): void {
    if (!this.#isClogged || this.#isClosing || this.#unsentBytes > UNSENT_LIMIT_BYTES) return;
    this.#isClogged = false;
    this.resume();
    this.#read(NOTHING);
  }

  #readEnd(): void {
    const exchange = this.#exchange;
    if (this.#isClosing) return;
    if (exchange === undefined) {
      this.close();
    } else if (this.#incoming !== undefined && !this.#incoming.isDone) {
      this.#socket.destroy();
    } else {
      this.#halfClosed = setTimeout(() => this.#socket.destroy(), HALF_CLOSED_MS);
    }
  }

  #closed(): void {
    clearTimeout(this.#halfClosed);
    this.#isClosing = true;
    this.#waiting = undefined;
    this.#exchange?.lose();
    this.#exchange = undefined;
  }
}

const NOTHING = Buffer.alloc(0);

function owned(bytes: Buffer): Buffer {
  return isLent(bytes) ? Buffer.from(bytes) : bytes;
}

/** https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
