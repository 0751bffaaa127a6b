// From a request to whoever answers it: the well-known paths, the plan's routes, and for dynamic routes the guest runtime's decision.

import type { AppPlan, Decision, HttpEvent, HttpRoute } from '../../gen/runtime.ts';
import { pairsOf } from '../../wasi/http/field-list.ts';
import { encodeLatin1 } from '../../wasi/latin1.ts';
import type { Admission } from '../admission.ts';
import type { Exchange } from './exchange.ts';
import type { Handler } from './handlers.ts';
import { parseRequestTarget, type RequestTarget } from './request-target.ts';
import { findRoute } from './route.ts';
import { RoutedRequest } from './routed-request.ts';

const WELL_KNOWN = '/.well-known/spin/';

/** What the dispatcher needs to know. */
export type DispatchOptions = {
  readonly app: AppPlan;
  /** What clients speak. */
  readonly scheme: 'http' | 'https';
  readonly routes: readonly HttpRoute[];
  /** By component id; every component that a route names. */
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly admission: Admission;
  /** Asks the guest runtime about an event of a dynamic route. */
  readonly decide: (event: HttpEvent) => Promise<Decision>;
  /** Says something to the operator. */
  readonly log: (line: string) => void;
  /** Called after each request. */
  readonly onEvent: () => void;
};

/** Answers one request: at once, or when the promise resolves, which never rejects. */
export type Dispatch = (exchange: Exchange) => Promise<void> | undefined;

/** Creates the dispatcher of an app's HTTP trigger. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const ended = () => {
    options.admission.leave();
    options.onEvent();
  };
  return (exchange) => {
    const answering = answer(options, exchange);
    if (answering !== undefined) return answering.then(ended);
    ended();
    return undefined;
  };
}

/** Returns nothing when the answer was given at once. */
function answer(options: DispatchOptions, exchange: Exchange): Promise<void> | undefined {
  const target = parseRequestTarget(exchange.target, exchange.host);
  if (target === undefined) {
    answerUnaddressed(exchange, options);
  } else if (target.path.startsWith(WELL_KNOWN)) {
    answerWellKnown(target.path, options.app, exchange);
  } else {
    return answerByRoute(options, exchange, target);
  }
  return undefined;
}

/** As in Spin, a request that says not where it goes gets no answer of a route; a probe need not say it. */
function answerUnaddressed(exchange: Exchange, { app, routes }: DispatchOptions): void {
  const [path = ''] = exchange.target.split(/[?#]/);
  if (path.startsWith(WELL_KNOWN)) answerWellKnown(path, app, exchange);
  else if (path.startsWith('/') && findRoute(routes, path) === undefined) exchange.answerWhole(404, []);
  else exchange.refuse();
}

function answerWellKnown(path: string, app: AppPlan, exchange: Exchange): void {
  switch (path.slice(WELL_KNOWN.length)) {
    case 'health':
      exchange.answerWhole(200, [], 'OK');
      break;
    case 'info':
      exchange.answerWhole(200, ['content-type', 'application/json'], formatInfo(app));
      break;
    default:
      exchange.answerWhole(404, []);
  }
}

function formatInfo({ name, version }: AppPlan): string {
  return JSON.stringify(version === '' ? { name } : { name, version }, undefined, 2);
}

function answerByRoute(options: DispatchOptions, exchange: Exchange, target: RequestTarget): Promise<void> | undefined {
  const found = findRoute(options.routes, target.path);
  if (found === undefined) {
    exchange.answerWhole(404, []);
    return undefined;
  }
  const { route, match } = found;
  if (route.target.tag === 'static-response') {
    const { status, headers, body } = route.target.val;
    exchange.answerWhole(
      status,
      headers.flatMap(([name, value]) => [name.toLowerCase(), value]),
      body,
    );
    return undefined;
  }
  const request = new RoutedRequest(exchange, target, route, match, options.scheme);
  if (route.target.tag === 'component') return answerWith(options, route.target.val, request);
  return answerByDecision(options, request);
}

async function answerByDecision(options: DispatchOptions, request: RoutedRequest): Promise<void> {
  const { exchange } = request;
  let decision: Decision;
  try {
    decision = await options.decide(createEvent(request));
  } catch (error) {
    options.log(`Error processing request: the guest runtime could not decide: ${String(error)}`);
    exchange.answerWhole(500, []);
    return;
  }
  if (decision.tag === 'respond') exchange.answerWhole(decision.val[0], [], decision.val[1]);
  else await answerWith(options, decision.val, request);
}

function answerWith(options: DispatchOptions, id: string, request: RoutedRequest): Promise<void> | undefined {
  const { exchange } = request;
  const handler = options.handlers.get(id);
  if (handler === undefined) {
    options.log(`Error processing request: no component ${JSON.stringify(id)} serves HTTP`);
    exchange.answerWhole(500, []);
    return undefined;
  }
  const admitted = options.admission.enter();
  if (admitted === undefined) return handler({ head: request, body: exchange.body }, exchange);
  return admitted.then(() => (exchange.isGone ? undefined : handler({ head: request, body: exchange.body }, exchange)));
}

function createEvent({ exchange, target }: RoutedRequest): HttpEvent {
  const query = target.pathWithQuery.slice(target.path.length + 1);
  return {
    method: exchange.method,
    path: target.path,
    query: target.pathWithQuery.length > target.path.length ? query : undefined,
    headers: pairsOf(exchange.headers).map(([name, value]) => [name, encodeLatin1(value)]),
    clientAddr: exchange.clientAddress,
  };
}
