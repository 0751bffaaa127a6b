// From a request to whoever answers it: the well-known paths, the plan's routes, and for dynamic routes the guest runtime's decision.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppPlan, Decision, HttpEvent, HttpRoute } from '../../gen/runtime.ts';
import { encodeLatin1 } from '../../wasi/latin1.ts';
import { type HttpComponent, type HttpExchange, serveWithComponent } from './incoming-handler.ts';
import { createRequestHead, type RequestHead } from './request-head.ts';
import { parseRequestTarget, type RequestTarget } from './request-target.ts';
import { sendWhole } from './response-writer.ts';
import { findRoute } from './route.ts';
import { createSpinHeaders } from './spin-headers.ts';

const WELL_KNOWN = '/.well-known/spin/';

/** What the dispatcher needs to know. */
export type DispatchOptions = {
  readonly app: AppPlan;
  readonly routes: readonly HttpRoute[];
  /** By component id; every component that a route names. */
  readonly components: ReadonlyMap<string, HttpComponent>;
  /** Asks the guest runtime about an event of a dynamic route. */
  readonly decide: (event: HttpEvent) => Promise<Decision>;
  /** Says something to the operator. */
  readonly log: (line: string) => void;
};

/** Answers one request. Never rejects. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => Promise<void>;

/** Creates the dispatcher of an app's HTTP trigger. */
export function createDispatch(options: DispatchOptions): Dispatch {
  return async (request, response, expectsContinue) => {
    const head = createRequestHead(request.rawHeaders);
    const target = parseRequestTarget(request.url ?? '/', head.host);
    // As in Spin, a request that says not where it goes gets no answer.
    if (target === undefined) request.destroy();
    else if (target.path.startsWith(WELL_KNOWN)) answerWellKnown(target.path, options.app, response);
    else await answerByRoute(options, { request, response, head, target, hostHeaders: [], expectsContinue });
  };
}

function answerWellKnown(path: string, app: AppPlan, response: ServerResponse): void {
  switch (path.slice(WELL_KNOWN.length)) {
    case 'health':
      sendWhole(response, 200, [], 'OK');
      break;
    case 'info':
      sendWhole(response, 200, ['content-type', 'application/json'], formatInfo(app));
      break;
    default:
      sendWhole(response, 404, []);
  }
}

function formatInfo({ name, version }: AppPlan): string {
  return JSON.stringify(version === '' ? { name } : { name, version }, undefined, 2);
}

async function answerByRoute(options: DispatchOptions, exchange: HttpExchange): Promise<void> {
  const { request, response, head, target } = exchange;
  const found = findRoute(options.routes, target.path);
  if (found === undefined) {
    sendWhole(response, 404, []);
    return;
  }
  const clientAddress = formatAddress(request.socket.remoteAddress, request.socket.remotePort);
  const hostHeaders = createSpinHeaders(target, found.route, found.match, clientAddress);
  switch (found.route.target.tag) {
    case 'static-response': {
      const { status, headers, body } = found.route.target.val;
      return sendWhole(
        response,
        status,
        headers.flatMap(([name, value]) => [name.toLowerCase(), value]),
        body,
      );
    }
    case 'component':
      return answerWith(options, found.route.target.val, { ...exchange, hostHeaders });
    case 'dynamic':
      return answerByDecision(options, { ...exchange, hostHeaders }, createEvent(request, head, target, clientAddress));
  }
}

async function answerByDecision(options: DispatchOptions, exchange: HttpExchange, event: HttpEvent): Promise<void> {
  let decision: Decision;
  try {
    decision = await options.decide(event);
  } catch (error) {
    options.log(`Error processing request: the guest runtime could not decide: ${String(error)}`);
    return sendWhole(exchange.response, 500, []);
  }
  if (decision.tag === 'respond') return sendWhole(exchange.response, decision.val[0], [], decision.val[1]);
  return answerWith(options, decision.val, exchange);
}

async function answerWith(options: DispatchOptions, id: string, exchange: HttpExchange): Promise<void> {
  const component = options.components.get(id);
  if (component !== undefined) return serveWithComponent(component, exchange, options.log);
  options.log(`Error processing request: no component ${JSON.stringify(id)}`);
  sendWhole(exchange.response, 500, []);
}

function createEvent(
  request: IncomingMessage,
  head: RequestHead,
  target: RequestTarget,
  clientAddr: string,
): HttpEvent {
  const query = target.pathWithQuery.slice(target.path.length + 1);
  const headers: [string, Uint8Array][] = [];
  for (let index = 0; index + 1 < head.headers.length; index += 2) {
    headers.push([head.headers[index] as string, encodeLatin1(head.headers[index + 1] as string)]);
  }
  return {
    method: request.method ?? 'GET',
    path: target.path,
    query: target.pathWithQuery.length > target.path.length ? query : undefined,
    headers,
    clientAddr,
  };
}

function formatAddress(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return '0.0.0.0:0';
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
