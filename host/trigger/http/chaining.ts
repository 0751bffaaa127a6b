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

/** How many calls within the app may each wait for the next one: more are taken for a loop, which would take all memory. */
const MAX_DEPTH = 64;

/** How many calls within the app may be under way for one client: calls that each make several would take all memory, too. */
const MAX_CALLS = 1000;

/** How many there are, by client; of what works for none, by the instance that calls. */
const callsUnderWay = new WeakMap<object, number>();

/** What answers calls within the app. */
export type ChainingOptions = {
  readonly handlers: ReadonlyMap<string, Handler>;
  /** Answers by the app's routes. */
  readonly dispatch: Dispatch;
  readonly log: (line: string) => void;
};

/** Answers a call by the component or the route it is for and settles `response`. Never throws. */
export function answerChained(
  { handlers, dispatch, log }: ChainingOptions,
  request: ChainedRequest,
  response: FutureIncomingResponse,
  scope: InstanceScope,
): void {
  const { componentId } = request;
  const handler = componentId === undefined ? undefined : handlers.get(componentId);
  const depth = depthOf(scope.owner) + 1;
  const client = clientBehind(scope.owner) ?? scope;
  const calls = callsUnderWay.get(client) ?? 0;
  const refuse = (tag: Refusal, line?: string) => {
    if (line) log(line);
    request.body.discard();
    response.settle({ tag: 'err', val: { tag } });
  };
  if (componentId !== undefined && handler === undefined) refuse('destination-not-found');
  else if (depth > MAX_DEPTH) refuse('loop-detected', formatLoop(componentId));
  else if (calls >= MAX_CALLS) refuse('connection-limit-reached', formatFlood(componentId));
  else {
    callsUnderWay.set(client, calls + 1);
    const caller = new Caller(request, response, scope, depth);
    // In a turn of its own: the calling guest is still on the stack.
    const answered = Promise.resolve().then(() =>
      handler ? handler(createHandledRequest(request, caller), caller) : dispatch(caller),
    );
    answered.finally(() => {
      scope.remove(caller);
      callsUnderWay.set(client, (callsUnderWay.get(client) ?? 1) - 1);
    });
  }
}

/** Why a call is not answered. */
type Refusal = 'destination-not-found' | 'loop-detected' | 'connection-limit-reached';

function formatLoop(componentId: string | undefined): string {
  return `Error: a call of ${formatCallee(componentId)} is refused as a loop: ${MAX_DEPTH} calls within the app wait, each for the next one`;
}

function formatFlood(componentId: string | undefined): string {
  return `Error: a call of ${formatCallee(componentId)} is refused: ${MAX_CALLS} calls within the app are under way for one request`;
}

function formatCallee(componentId: string | undefined): string {
  return componentId === undefined ? 'the app itself' : `component ${JSON.stringify(componentId)}`;
}

/** How many calls within the app `owner` is the last of; none where it is a client from outside. */
function depthOf(owner: object | undefined): number {
  return owner instanceof Caller ? owner.depth : 0;
}

/** Returns the client from outside for whose request `owner` is worked for, in the end. */
export function clientBehind(owner: object | undefined): object | undefined {
  let behind = owner;
  while (behind instanceof Caller) behind = behind.asker;
  return behind;
}

/** Without a route: its headers say that all of the path is path info. */
function createHandledRequest({ method, authority, pathWithQuery }: ChainedRequest, { headers, body }: Caller) {
  const path = pathWithQuery.replace(/\?.*$/s, '');
  const all = [...headers, ...createChainedHeaders({ authority, path, pathWithQuery })];
  return { head: { method, pathWithQuery, authority, headers: new Fields(all, true) }, body };
}

/** The calling component: gone when its instance is given up, or when it drops the response it waits for. */
class Caller implements Exchange, Disposable {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly headers: string[];
  readonly body: BodySource;
  readonly clientAddress = '127.0.0.1:0';
  /** Whom the calling component works for. */
  readonly asker: object | undefined;
  /** How many calls within the app this one is the last of. */
  readonly depth: number;
  readonly #response: FutureIncomingResponse;
  #onGone: (() => void) | undefined;
  #source: PipeSource | undefined;
  #isGone = false;

  constructor(request: ChainedRequest, response: FutureIncomingResponse, scope: InstanceScope, depth: number) {
    this.method = request.method;
    this.target = decodeLatin1(encoder.encode(request.pathWithQuery));
    this.host = request.authority;
    this.headers = withoutFields(request.headers, isSpinHeader);
    this.body = new PipeSource(request.body);
    this.asker = scope.owner;
    this.depth = depth;
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
