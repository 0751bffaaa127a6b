// The HTTP trigger: listens, announces its routes, dispatches.

import type { HttpPlan, HttpRoute } from '../../gen/runtime.ts';
import type { RunningTrigger, TriggerContext } from '../trigger.ts';
import { formatAnnouncement } from './announcement.ts';
import { sendToComponent } from './chaining.ts';
import { createDispatch } from './dispatch.ts';
import { formatListenAddress, LISTEN_ADDRESS_VARIABLE, parseListenAddress } from './listen-address.ts';
import { listenHttp } from './server.ts';

/** The interface this trigger calls, in any of its 0.2 versions. */
const INCOMING_HANDLER = /^wasi:http\/incoming-handler@0\.2\.\d+$/;

/** Addresses that mean every interface: the app reaches itself on the loopback. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Starts serving. Throws an `Error` with a message for the operator when a component cannot serve HTTP or the port is taken. */
export async function startHttpTrigger(plan: HttpPlan, context: TriggerContext): Promise<RunningTrigger> {
  for (const route of plan.routes) checkTarget(route, context);
  const dispatch = createDispatch({ ...context, routes: plan.routes });
  const wanted = parseListenAddress(context.environment[LISTEN_ADDRESS_VARIABLE]);
  const server = await listenHttp(wanted, dispatch).catch((error) => {
    throw createListenError(formatListenAddress(wanted), error);
  });
  const url = `http://${formatListenAddress(server.address)}`;
  context.print(formatAnnouncement(url, plan.routes, context.app.components));
  const { hostname, port } = server.address;
  return {
    entrance: {
      address: { hostname: LOOPBACK_OF[hostname] ?? hostname, port },
      call: (request, response, scope) => sendToComponent(context, request, response, scope),
    },
    drain: server.drain,
    close: server.close,
  };
}

function checkTarget(route: HttpRoute, { components }: TriggerContext): void {
  if (route.target.tag !== 'component') return;
  const component = components.get(route.target.val);
  if (component === undefined) throw new Error(`component "${route.target.val}" has no handler for HTTP requests`);
  if (!INCOMING_HANDLER.test(component.handler)) {
    throw new Error(`component "${component.id}" serves HTTP with "${component.handler}", which is not supported`);
  }
}

function createListenError(address: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== 'EADDRINUSE')
    return new Error(`Unable to listen on ${address}: ${error.message}`, { cause: error });
  const hint = 'To have Spin search for a free port, use the --find-free-port option.';
  return new Error(`${address} is already in use. ${hint}`, { cause: error });
}
