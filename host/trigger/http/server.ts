// The HTTP server of the app: node:http with everything turned off that would put something on the wire that the app did not send.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dispatch } from './dispatch.ts';
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
}

/** Listens and dispatches. Rejects with the error of the system when it cannot listen. */
export async function listenHttp(listenAddress: ListenAddress, dispatch: Dispatch): Promise<HttpServer> {
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
  server.on('request', (request, response) => dispatch(request, response, false));
  server.on('checkExpectation', (request, response) => dispatch(request, response, false));
  server.on('checkContinue', (request, response) => dispatch(request, response, true));
  await listen(server, listenAddress);
  const bound = server.address() as AddressInfo;
  return {
    address: { hostname: bound.address, port: bound.port },
    drain: () => drain(server),
    close: () => server.closeAllConnections(),
  };
}

function listen(server: Server, { hostname, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: hostname, port }, () => {
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
