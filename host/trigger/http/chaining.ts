// Calls from one component of the app to another, `http://<component id>.spin.internal/`: answered within this process, never on the
// network, through the same handling as a request from outside (https://spinframework.dev/http-outbound#local-service-chaining).

import type { ChainedRequest } from '../../factor/factor.ts';
import type { BodyPipe } from '../../wasi/http/body-pipe.ts';
import { withoutFields } from '../../wasi/http/field-list.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { EmptyBodySource } from '../../wasi/http/message-source.ts';
import { PipeSource } from '../../wasi/http/pipe-source.ts';
import { type FutureIncomingResponse, IncomingResponse } from '../../wasi/http/response.ts';
import type { InstanceScope } from '../../wasi/instance-scope.ts';
import type { Handler } from './handlers.ts';
import type { Asker } from './incoming-handler.ts';
import { createChainedHeaders, isSpinHeader } from './spin-headers.ts';

/** Sends a request to the component it names and settles `response`. Never throws. */
export function sendToComponent(
  handlers: ReadonlyMap<string, Handler>,
  request: ChainedRequest,
  response: FutureIncomingResponse,
  scope: InstanceScope,
): void {
  const handler = handlers.get(request.componentId);
  if (handler === undefined) {
    response.settle({ tag: 'err', val: { tag: 'destination-not-found' } });
    return;
  }
  const { method, pathWithQuery, authority } = request;
  const path = pathWithQuery.replace(/\?.*$/s, '');
  const headers = withoutFields(request.headers, isSpinHeader);
  headers.push(...createChainedHeaders({ authority, path, pathWithQuery }));
  const head = { method, pathWithQuery, authority, headers: new Fields(headers, true) };
  const body = new PipeSource(request.body);
  const asker = new Caller(response, scope);
  handler({ head, body }, asker).finally(() => scope.remove(asker));
}

/** The calling component: gone when its instance is given up, or when it drops the response it waits for. */
class Caller implements Asker, Disposable {
  readonly #response: FutureIncomingResponse;
  #onGone: (() => void) | undefined;
  #source: PipeSource | undefined;
  #isGone = false;

  constructor(response: FutureIncomingResponse, scope: InstanceScope) {
    this.#response = response;
    response.onDrop = () => this[Symbol.dispose]();
    scope.add(this);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  onGone(callback: () => void): void {
    this.#onGone = callback;
  }

  answer(status: number, headers: string[], pipe: BodyPipe | undefined): void {
    this.#source = pipe && new PipeSource(pipe);
    const response = new IncomingResponse(status, new Fields(headers, true), this.#source ?? new EmptyBodySource());
    this.#response.settle({ tag: 'ok', val: response });
  }

  [Symbol.dispose](): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#response.cancel();
    this.#source?.cancel();
    this.#onGone?.();
  }
}
