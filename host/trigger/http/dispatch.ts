// From a request to whoever answers it: the well-known paths, the plan's routes, and for dynamic routes the guest runtime's decision.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppPlan, Decision, HttpEvent, HttpRoute } from '../../gen/runtime.ts';
import { pairsOf } from '../../wasi/http/field-list.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { encodeLatin1 } from '../../wasi/latin1.ts';
import type { TriggerComponent } from '../trigger.ts';
import { bodyOf, createClientAsker, type HttpExchange } from './client.ts';
import { serveWithComponent } from './incoming-handler.ts';
import { createRequestHead } from './request-head.ts';
import { parseRequestTarget } from './request-target.ts';
import { sendWhole } from './response-writer.ts';
import { findRoute } from './route.ts';
import { createSpinHeaders } from './spin-headers.ts';

const WELL_KNOWN = '/.well-known/spin/';

/** What the dispatcher needs to know. */
export type DispatchOptions = {
  readonly app: AppPlan;
  readonly routes: readonly HttpRoute[];
  /** By component id; every component that a route names. */
  readonly components: ReadonlyMap<string, TriggerComponent>;
  /** Asks the guest runtime about an event of a dynamic route. */
  readonly decide: (event: HttpEvent) => Promise<Decision>;
  /** Says something to the operator. */
  readonly log: (line: string) => void;
  /** Called after each request. */
  readonly onEvent: () => void;
};

/** Answers one request. Never rejects. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => Promise<void>;

/** Creates the dispatcher of an app's HTTP trigger. */
export function createDispatch(options: DispatchOptions): Dispatch {
  return async (request, response, expectsContinue) => {
    const head = createRequestHead(request.rawHeaders);
    const target = parseRequestTarget(request.url ?? '/', head.host);
    if (target === undefined) {
      // As in Spin, a request that says not where it goes gets no answer.
      request.destroy();
    } else if (target.path.startsWith(WELL_KNOWN)) {
      answerWellKnown(target.path, options.app, response);
    } else {
      const clientAddress = formatAddress(request.socket.remoteAddress, request.socket.remotePort);
      await answerByRoute(options, { request, response, head, target, clientAddress, expectsContinue });
    }
    options.onEvent();
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
  const { response, target, clientAddress } = exchange;
  const found = findRoute(options.routes, target.path);
  if (found === undefined) {
    sendWhole(response, 404, []);
    return;
  }
  const { route, match } = found;
  if (route.target.tag === 'static-response') {
    const { status, headers, body } = route.target.val;
    sendWhole(
      response,
      status,
      headers.flatMap(([name, value]) => [name.toLowerCase(), value]),
      body,
    );
    return;
  }
  const hostHeaders = createSpinHeaders(target, route, match, clientAddress);
  if (route.target.tag === 'component') await answerWith(options, route.target.val, exchange, hostHeaders);
  else await answerByDecision(options, exchange, hostHeaders);
}

async function answerByDecision(
  options: DispatchOptions,
  exchange: HttpExchange,
  hostHeaders: string[],
): Promise<void> {
  let decision: Decision;
  try {
    decision = await options.decide(createEvent(exchange));
  } catch (error) {
    options.log(`Error processing request: the guest runtime could not decide: ${String(error)}`);
    sendWhole(exchange.response, 500, []);
    return;
  }
  if (decision.tag === 'respond') sendWhole(exchange.response, decision.val[0], [], decision.val[1]);
  else await answerWith(options, decision.val, exchange, hostHeaders);
}

async function answerWith(
  options: DispatchOptions,
  id: string,
  exchange: HttpExchange,
  hostHeaders: readonly string[],
): Promise<void> {
  const component = options.components.get(id);
  if (component === undefined) {
    options.log(`Error processing request: no component ${JSON.stringify(id)} serves HTTP`);
    sendWhole(exchange.response, 500, []);
    return;
  }
  const { authority, pathWithQuery } = exchange.target;
  const headers = new Fields([...exchange.head.headers, ...hostHeaders], true);
  const head = { method: exchange.request.method ?? 'GET', authority, pathWithQuery, headers };
  await serveWithComponent(component, { head, body: bodyOf(exchange) }, createClientAsker(exchange), options.log);
}

function createEvent({ request, head, target, clientAddress }: HttpExchange): HttpEvent {
  const query = target.pathWithQuery.slice(target.path.length + 1);
  return {
    method: request.method ?? 'GET',
    path: target.path,
    query: target.pathWithQuery.length > target.path.length ? query : undefined,
    headers: pairsOf(head.headers).map(([name, value]) => [name, encodeLatin1(value)]),
    clientAddr: clientAddress,
  };
}

function formatAddress(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return '0.0.0.0:0';
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
