// The HTTP server of the app: node:http with everything turned off that would put something on the wire that the app did not send.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageExchange } from './client.ts';
import type { Dispatch } from './dispatch.ts';
import type { Abandoned, Exchange } from './exchange.ts';
import type { ListenAddress } from './listen-address.ts';

/** The most bytes of a request's head: 128 KiB. */
const HEAD_LIMIT_BYTES = 0x2_0000;

/** How long a client may take to send a request's head. */
const HEAD_TIMEOUT_MS = 60_000;

/** A server that listens. */
export interface HttpServer {
  readonly address: ListenAddress;
  /** Stops accepting and resolves when every request under way has been answered. */
  drain(): Promise<void>;
  /** Breaks every connection off. */
  close(): void;
  /**
   * Gives up every exchange under way, whose work was lost with `culprit`: that one is answered 504 Gateway Timeout, the others 503
   * Service Unavailable; where the head was sent already, the connection is just broken off. Closes exactly these connections, tells
   * their `onGone`, and relies on no promise, callback or parser of theirs. Idle connections and the listening socket go on.
   */
  abandon(culprit: Exchange | undefined): Abandoned;
}

/** How to listen. */
export type ListenOptions = {
  /** Several threads listen on one port, and the kernel distributes the connections. */
  readonly reusePort?: boolean;
};

/** Listens and dispatches. Rejects with the error of the system when it cannot listen. */
export async function listenHttp(
  listenAddress: ListenAddress,
  dispatch: Dispatch,
  options: ListenOptions = {},
): Promise<HttpServer> {
  const server = createServer({
    maxHeaderSize: HEAD_LIMIT_BYTES,
    requireHostHeader: false,
    keepAlive: true,
    noDelay: true,
  });
  server.requestTimeout = 0;
  server.headersTimeout = HEAD_TIMEOUT_MS;
  server.keepAliveTimeout = 0;
  server.maxHeadersCount = 0;
  const exchanges = new Set<MessageExchange>();
  const take = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => {
    const exchange = new MessageExchange(request, response, expectsContinue);
    exchanges.add(exchange);
    response.once('close', () => exchanges.delete(exchange));
    dispatch(exchange);
  };
  server.on('request', (request, response) => take(request, response, false));
  server.on('checkExpectation', (request, response) => take(request, response, false));
  server.on('checkContinue', (request, response) => take(request, response, true));
  await listen(server, listenAddress, options);
  const bound = server.address() as AddressInfo;
  return {
    address: { hostname: bound.address, port: bound.port },
    drain: () => drain(server),
    close: () => server.closeAllConnections(),
    abandon: (culprit) => abandon(exchanges, culprit),
  };
}

function abandon(exchanges: ReadonlySet<MessageExchange>, culprit: Exchange | undefined): Abandoned {
  let answered = 0;
  let broken = 0;
  for (const exchange of [...exchanges]) {
    if (exchange.abandon(exchange === culprit ? 504 : 503)) answered++;
    else broken++;
  }
  return { answered, broken };
}

function listen(
  server: Server,
  { hostname, port }: ListenAddress,
  { reusePort = false }: ListenOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: hostname, port, reusePort }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Connections that wait for a next request are closed: now, and the others when their response has been sent. */
function drain(server: Server): Promise<void> {
  server.keepAliveTimeout = 1;
  server.keepAliveTimeoutBuffer = 0;
  return new Promise((resolve) => server.close(() => resolve()));
}
