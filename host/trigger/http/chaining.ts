// Calls within the app, answered within this process and never on the network: from one component to another by
// `http://<component id>.spin.internal/` (https://spinframework.dev/http-outbound#local-service-chaining), and to the app's own routes.
// They go through the same handling as requests from outside.

import type { ChainedRequest } from '../../factor/factor.ts';
import type { BodySource } from '../../wasi/http/body.ts';
import type { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { withoutFields } from '../../wasi/http/field-list.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { EmptyBodySource } from '../../wasi/http/message-source.ts';
import { PipeSource } from '../../wasi/http/pipe-source.ts';
import { type FutureIncomingResponse, IncomingResponse } from '../../wasi/http/response.ts';
import { createWholeBody } from '../../wasi/http/whole-body.ts';
import type { InstanceScope } from '../../wasi/instance-scope.ts';
import { decodeLatin1 } from '../../wasi/latin1.ts';
import type { Dispatch } from './dispatch.ts';
import type { Exchange } from './exchange.ts';
import type { Handler } from './handlers.ts';
import { createChainedHeaders, isSpinHeader } from './spin-headers.ts';

const encoder = new TextEncoder();

/** What answers calls within the app. */
export type ChainingOptions = {
  readonly handlers: ReadonlyMap<string, Handler>;
  /** Answers by the app's routes. */
  readonly dispatch: Dispatch;
};

/** Answers a call by the component or the route it is for and settles `response`. Never throws. */
export function answerChained(
  { handlers, dispatch }: ChainingOptions,
  request: ChainedRequest,
  response: FutureIncomingResponse,
  scope: InstanceScope,
): void {
  const { componentId } = request;
  const handler = componentId === undefined ? undefined : handlers.get(componentId);
  if (componentId !== undefined && handler === undefined) {
    response.settle({ tag: 'err', val: { tag: 'destination-not-found' } });
    return;
  }
  const caller = new Caller(request, response, scope);
  // In a turn of its own: the calling guest is still on the stack.
  const answered = Promise.resolve().then(() =>
    handler ? handler(createHandledRequest(request, caller), caller) : dispatch(caller),
  );
  answered.finally(() => scope.remove(caller));
}

/** Without a route: its headers say that all of the path is path info. */
function createHandledRequest({ method, authority, pathWithQuery }: ChainedRequest, { headers, body }: Caller) {
  const path = pathWithQuery.replace(/\?.*$/s, '');
  const all = [...headers, ...createChainedHeaders({ authority, path, pathWithQuery })];
  return { head: { method, pathWithQuery, authority, headers: new Fields(all, true) }, body };
}

/** Returns the exchange from outside that an exchange is for: itself, or the one whose component has called, however often in between. */
export function outermost(exchange: Exchange | undefined): Exchange | undefined {
  return exchange instanceof Caller ? exchange.origin : exchange;
}

/** The calling component: gone when its instance is given up, or when it drops the response it waits for. */
class Caller implements Exchange, Disposable {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly headers: string[];
  readonly body: BodySource;
  readonly clientAddress = '127.0.0.1:0';
  /** What the calling component works for. */
  readonly origin: Exchange | undefined;
  readonly #response: FutureIncomingResponse;
  #onGone: (() => void) | undefined;
  #source: PipeSource | undefined;
  #isGone = false;

  constructor(request: ChainedRequest, response: FutureIncomingResponse, scope: InstanceScope) {
    this.method = request.method;
    this.target = decodeLatin1(encoder.encode(request.pathWithQuery));
    this.host = request.authority;
    this.headers = withoutFields(request.headers, isSpinHeader);
    this.body = new PipeSource(request.body);
    this.origin = outermost(scope.owner as Exchange | undefined);
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
    const isDescribed = this.method === 'HEAD' || status === 204 || status === 304;
    if (isDescribed) {
      pipe?.waiveLength();
      pipe?.discard();
    } else if (pipe) {
      this.#source = new PipeSource(pipe);
    }
    const response = new IncomingResponse(status, new Fields(headers, true), this.#source ?? new EmptyBodySource());
    this.#response.settle({ tag: 'ok', val: response });
  }

  answerWhole(status: number, headers: readonly string[], body: Uint8Array | string = ''): void {
    const bytes = typeof body === 'string' ? encoder.encode(body) : body;
    this.answer(status, [...headers], createWholeBody(bytes));
  }

  refuse(): void {
    this.#response.settle({ tag: 'err', val: { tag: 'connection-terminated' } satisfies ErrorCode });
  }

  [Symbol.dispose](): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#response.cancel();
    this.#source?.cancel();
    this.#onGone?.();
  }
}
