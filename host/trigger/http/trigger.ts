// The HTTP trigger: listens, announces its routes, dispatches.

import type { HttpPlan } from '../../gen/runtime.ts';
import { Admission } from '../admission.ts';
import type { RunningTrigger, SharedConnections, TriggerContext } from '../trigger.ts';
import { formatAnnouncement } from './announcement.ts';
import { answerChained, clientBehind } from './chaining.ts';
import { createDispatch } from './dispatch.ts';
import type { Exchange } from './exchange.ts';
import { createHandlers } from './handlers.ts';
import { httpLimitsOf } from './limits.ts';
import { formatListenAddress, LISTEN_ADDRESS_VARIABLE, parseListenAddress } from './listen-address.ts';
import { type HttpServer, listenHttp } from './server.ts';
import { tlsFilesOf } from './tls.ts';

/** Addresses that mean every interface: the app reaches itself on the loopback. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Starts serving. Throws an `Error` with a message for the operator when a component cannot serve HTTP or the port is taken. */
export async function startHttpTrigger(plan: HttpPlan, context: TriggerContext): Promise<RunningTrigger> {
  const handlers = createHandlers(plan.routes, context.components, context.log);
  const tls = tlsFilesOf(context.environment);
  const scheme = tls === undefined ? 'http' : 'https';
  const dispatch = createDispatch({ ...context, scheme, routes: plan.routes, handlers });
  // A call within the app has been let in with the request that it is made for.
  const dispatchChained = createDispatch({
    ...context,
    scheme: 'http',
    routes: plan.routes,
    handlers,
    admission: new Admission(() => true),
  });
  const wanted = parseListenAddress(context.environment[LISTEN_ADDRESS_VARIABLE]);
  const server = await listenHttp(wanted, dispatch, {
    limits: httpLimitsOf(context.environment),
    log: context.log,
    tls,
    sharing: tls === undefined ? context.sharing : undefined,
  }).catch((error) => {
    throw createListenError(formatListenAddress(wanted), error);
  });
  if (context.sharing?.thread !== 'further') {
    const url = `${scheme}://${formatListenAddress(server.address)}`;
    context.print(formatAnnouncement(url, plan.routes, context.app.components));
  }
  const { hostname, port } = server.address;
  return {
    entrance: {
      address: { hostname: LOOPBACK_OF[hostname] ?? hostname, port },
      call: (request, response, scope) =>
        answerChained({ handlers, dispatch: dispatchChained, log: context.log }, request, response, scope),
    },
    ...(tls === undefined && { shared: shareConnections(server) }),
    drain: server.drain,
    abandon: (culprit) => server.abandon(clientBehind(culprit) as Exchange | undefined),
    close: server.close,
  };
}

function shareConnections(server: HttpServer): SharedConnections {
  return {
    address: server.address,
    get count() {
      return server.connectionCount;
    },
    adopt: server.adopt,
    shed: server.shed,
  };
}

function createListenError(address: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== 'EADDRINUSE')
    return new Error(`Unable to listen on ${address}: ${error.message}`, { cause: error });
  const hint = 'To have Spin search for a free port, use the --find-free-port option.';
  return new Error(`${address} is already in use. ${hint}`, { cause: error });
}
