// One request of a guest and its response, whatever protocol carries them: how long it may take, what it counts for, and how it ends.

import { createIncomingFields } from '../../wasi/http/fields.ts';
import { MessageSource } from '../../wasi/http/message-source.ts';
import { type FutureIncomingResponse, IncomingResponse } from '../../wasi/http/response.ts';
import type { InstanceScope } from '../../wasi/instance-scope.ts';
import { errorCodeFromNetwork, OutboundTimeout } from './error-code.ts';
import type { OutboundRequest } from './outbound-request.ts';
import type { Place, RequestLimit } from './request-limit.ts';
import type { ExchangeEvents, ReceivedMessage, Sending, Transport } from './transport.ts';

/** An exchange. It lives in the scope until the response's body has ended. */
export class Exchange implements ExchangeEvents, Disposable {
  readonly #outbound: OutboundRequest;
  readonly #response: FutureIncomingResponse;
  readonly #scope: InstanceScope;
  readonly #transport: Transport;
  readonly #limit: RequestLimit | null;
  #place: Place | undefined;
  #sending: Sending | undefined;
  #isRepeated = false;
  #source: MessageSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    outbound: OutboundRequest,
    response: FutureIncomingResponse,
    scope: InstanceScope,
    transport: Transport,
    limit: RequestLimit | null,
  ) {
    this.#outbound = outbound;
    this.#response = response;
    this.#scope = scope;
    this.#transport = transport;
    this.#limit = limit;
  }

  /** Sends the request when there is a place for it. */
  start(): void {
    this.#scope.add(this);
    this.#response.onDrop = () => (this.#sending ? this.#sending.abort() : this[Symbol.dispose]());
    if (this.#limit === null) this.#send();
    else this.#place = this.#limit.enter(() => this.#send());
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#place?.leave();
    this.#sending?.abort();
    this.#outbound.body.cancel();
    this.#response.cancel();
    this.#source?.cancel();
  }

  connected(): void {
    this.#limitTime(this.#outbound.firstByteTimeoutMs, 'READ_TIMEOUT');
  }

  received(status: number, headers: readonly string[], message: ReceivedMessage): void {
    clearTimeout(this.#timer);
    const source = new MessageSource(message, { errorCodeFrom: errorCodeFromNetwork });
    this.#source = source;
    message.setTimeout(this.#outbound.betweenBytesTimeoutMs, () => {
      source.finish(new OutboundTimeout('READ_TIMEOUT'));
      this.#sending?.abort();
    });
    message.once('close', () => this.#leave());
    const response = new IncomingResponse(status, createIncomingFields(headers), source);
    this.#response.settle({ tag: 'ok', val: response });
  }

  /** A kept connection that the server closed meanwhile is no failure of the request: it is sent once more, on a new one. */
  failed(error: unknown, isUnanswered: boolean): void {
    clearTimeout(this.#timer);
    if (this.#response.isReady()) return;
    if (isUnanswered && this.#outbound.body.isEmpty && !this.#isRepeated) {
      this.#isRepeated = true;
      this.#send();
      return;
    }
    this.#leave();
    this.#outbound.body.discard();
    this.#response.settle({ tag: 'err', val: errorCodeFromNetwork(error) });
  }

  refused(error: unknown): void {
    clearTimeout(this.#timer);
    this.#outbound.body.discard();
    this.#response.settle({ tag: 'err', val: { tag: 'internal-error', val: String(error) } });
    queueMicrotask(() => this.#leave());
  }

  #send(): void {
    this.#limitTime(this.#outbound.connectTimeoutMs, 'CONNECT_TIMEOUT');
    try {
      this.#sending = this.#transport.send(this.#outbound, this, this.#isRepeated);
    } catch (error) {
      this.refused(error);
    }
  }

  #limitTime(timeoutMs: number, code: OutboundTimeout['code']): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sending?.abort(new OutboundTimeout(code)), timeoutMs);
  }

  #leave(): void {
    this.#place?.leave();
    this.#scope.remove(this);
  }
}
