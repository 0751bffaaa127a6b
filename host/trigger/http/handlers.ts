// Which way requests reach each component: by the export that the guest runtime chose for it.

import type { HttpRoute } from '../../gen/runtime.ts';
import type { TriggerComponent } from '../trigger.ts';
import { serveWithInboundHttp } from './inbound-http.ts';
import { type Asker, type HandledRequest, serveWithComponent } from './incoming-handler.ts';
import { serveWithProgram } from './wagi.ts';

/** Serves one request. Never rejects. */
export type Handler = (request: HandledRequest, asker: Asker) => Promise<void>;

type CreateHandler = (component: TriggerComponent, log: (line: string) => void, argv: string) => Handler;

/** Exports that serve HTTP, and how. */
const kinds: readonly (readonly [RegExp, CreateHandler])[] = [
  [
    /^wasi:http\/incoming-handler@0\.2\.(?:\d+|0-rc-2023-(?:10-18|11-10))$/,
    (component, log) => (request, asker) => serveWithComponent(component, request, asker, log),
  ],
  [
    /^fermyon:spin\/inbound-http$/,
    (component, log) => (request, asker) => serveWithInboundHttp(component, request, asker, log),
  ],
  [
    /^wasi:cli\/run@0\.2\.\d+$/,
    (component, log, argv) => (request, asker) => serveWithProgram(component, argv, request, asker, log),
  ],
];

/**
 * Creates the handlers of an app by component id. Components that serve other triggers have none; throws an `Error` for the operator
 * where a route leads to one of these.
 */
export function createHandlers(
  routes: readonly HttpRoute[],
  components: ReadonlyMap<string, TriggerComponent>,
  log: (line: string) => void,
): ReadonlyMap<string, Handler> {
  const handlers = new Map<string, Handler>();
  for (const component of components.values()) {
    const [, create] = kinds.find(([pattern]) => pattern.test(component.handler)) ?? [];
    const route = routes.find(({ target }) => target.tag === 'component' && target.val === component.id);
    if (create) handlers.set(component.id, create(component, log, route?.argv ?? ''));
  }
  for (const { target } of routes) if (target.tag === 'component') checkTarget(target.val, components, handlers);
  return handlers;
}

function checkTarget(
  id: string,
  components: ReadonlyMap<string, TriggerComponent>,
  handlers: ReadonlyMap<string, Handler>,
): void {
  if (handlers.has(id)) return;
  const handler = components.get(id)?.handler;
  if (handler === undefined) throw new Error(`component "${id}" has no handler for HTTP requests`);
  throw new Error(`component "${id}" serves HTTP with "${handler}", which is not supported`);
}
