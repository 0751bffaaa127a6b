// A client on the wire, as one who asks a component: its request's body, and where the answer goes.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodySource } from '../../wasi/http/body.ts';
import type { BodyPipe } from '../../wasi/http/body-pipe.ts';
import { EmptyBodySource, MessageSource } from '../../wasi/http/message-source.ts';
import type { Exchange } from './exchange.ts';
import { createRequestHead } from './request-head.ts';
import { ResponseWriter, sendWhole } from './response-writer.ts';

/** An exchange over node:http. */
export class MessageExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly host: string | undefined;
  readonly headers: string[];
  readonly body: BodySource;
  readonly #response: ServerResponse;

  /** `expectsContinue`: the client waits for a `100 Continue` before it sends the body. */
  constructor(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) {
    const { host, headers, hasBody } = createRequestHead(request.rawHeaders);
    this.method = request.method ?? 'GET';
    this.target = request.url ?? '/';
    this.host = host;
    this.headers = headers;
    this.#response = response;
    this.body = hasBody ? createBody(request, response, expectsContinue) : new EmptyBodySource();
  }

  get clientAddress(): string {
    const { remoteAddress, remotePort } = this.#response.req.socket;
    if (remoteAddress === undefined) return '0.0.0.0:0';
    return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
  }

  get isGone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  onGone(callback: () => void): void {
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) callback();
    });
  }

  answer(status: number, headers: string[], body: BodyPipe | undefined): void {
    if (body === undefined) {
      this.answerWhole(status, headers);
      return;
    }
    if (this.method === 'HEAD') body.waiveLength();
    this.#response.on('drain', () => body.drained());
    body.attach(new ResponseWriter(this.#response, status, headers));
  }

  answerWhole(status: number, headers: readonly string[], body?: Uint8Array | string): void {
    sendWhole(this.#response, status, headers, body);
  }

  refuse(): void {
    this.#response.destroy();
  }

  /** Ends the connection: with `status` if no head was sent. Returns whether it was answered so. */
  abandon(status: number): boolean {
    const { socket, headersSent } = this.#response;
    if (headersSent) socket?.destroy();
    else socket?.end(`HTTP/1.1 ${status} Abandoned\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
    return !headersSent;
  }
}

function createBody(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): BodySource {
  return new MessageSource(request, {
    errorCodeFrom: () => ({ tag: 'connection-terminated' }),
    ...(expectsContinue && { onFirstUse: () => response.writeContinue() }),
  });
}
