// Requests over HTTP/1.1, with node:http or node:https.

import type { Agent, ClientRequest, request } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { BodyConsumer } from '../../wasi/http/body-pipe.ts';
import { pairsOf } from '../../wasi/http/field-list.ts';
import { framingOf, type OutboundRequest, pathOnWire } from './outbound-request.ts';
import type { ExchangeEvents, Sending, Transport } from './transport.ts';

/** How HTTP/1.1 connects. */
export type Http1Options = {
  /** Creates what keeps connections, or does not keep any. */
  readonly createAgent: (keepAlive: boolean) => Agent;
  readonly request: typeof request;
  readonly lookup: LookupFunction | undefined;
  /** What a new connection's socket says when it takes a request. */
  readonly readyEvent: 'connect' | 'secureConnect';
};

/** Requests on connections that are kept, if `hasPooling`. */
export class Http1Transport implements Transport {
  readonly agent: Agent;
  readonly #options: Http1Options;

  constructor(options: Http1Options, hasPooling: boolean) {
    this.#options = options;
    this.agent = options.createAgent(hasPooling);
  }

  /** A `readySocket` is for an agent that takes it out of the options of a new connection. */
  send(outbound: OutboundRequest, exchange: ExchangeEvents, isRepeated: boolean, readySocket?: Socket): Sending {
    const agent = isRepeated ? this.#options.createAgent(false) : this.agent;
    const request = this.#open(outbound, agent, readySocket);
    request.on('socket', (socket) => {
      // The agent may have had one that was free.
      if (socket !== readySocket) readySocket?.destroy();
      if (!socket.connecting) exchange.connected();
      else socket.once(this.#options.readyEvent, () => exchange.connected());
    });
    request.on('response', (message) => {
      // Whoever has its answer and goes takes no more of the body.
      request.on('close', () => outbound.body.close());
      exchange.received(message.statusCode ?? 0, message.rawHeaders, message);
    });
    request.on('drain', () => outbound.body.drained());
    request.on('error', (error: Error & { code?: unknown }) =>
      exchange.failed(error, request.reusedSocket && error.code === 'ECONNRESET'),
    );
    outbound.body.attach(createConsumer(request));
    // A server may answer before the body has come, so the head does not wait for it longer than the guest's turn.
    setImmediate(() => {
      if (!request.writableEnded && !request.destroyed) request.flushHeaders();
    });
    return { abort: (error) => request.destroy(error) };
  }

  #open(outbound: OutboundRequest, agent: Agent, readySocket: Socket | undefined): ClientRequest {
    const { hostname, port, method, authority } = outbound;
    const path = pathOnWire(outbound);
    const headers = ['host', authority, ...outbound.headers, ...framingOf(outbound)];
    const { lookup, request } = this.#options;
    const options = { agent, hostname, port, path, method, headers, setHost: false };
    return request({ ...options, ...(lookup && { lookup }), ...(readySocket && { readySocket }) });
  }
}

function createConsumer(request: ClientRequest): BodyConsumer {
  return {
    write: (chunk) => request.write(chunk),
    end: (trailers) => {
      if (trailers.length > 0) request.addTrailers(pairsOf(trailers));
      request.end();
    },
    abort: () => request.destroy(),
  };
}
