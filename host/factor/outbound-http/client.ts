// Sends requests of guests with node:http and node:https. Connections are kept and shared by all instances; redirects are the
// guest's business.

import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { getBuiltinModule } from 'node:process';
import type { BodyConsumer } from '../../wasi/http/body-pipe.ts';
import { pairsOf } from '../../wasi/http/field-list.ts';
import { createIncomingFields } from '../../wasi/http/fields.ts';
import { MessageSource } from '../../wasi/http/message-source.ts';
import { type FutureIncomingResponse, IncomingResponse } from '../../wasi/http/response.ts';
import type { InstanceScope } from '../../wasi/instance-scope.ts';
import { decodeLatin1 } from '../../wasi/latin1.ts';
import { errorCodeFromNetwork, OutboundTimeout } from './error-code.ts';
import { framingOf, type OutboundRequest } from './outbound-request.ts';

/** Sends a request and settles `response`. What node:http refuses to send is thrown. */
export type HttpClient = (request: OutboundRequest, response: FutureIncomingResponse, scope: InstanceScope) => void;

/** How requests of one scheme are sent. */
type Transport = { readonly agent: Agent; readonly request: typeof request };

/** Creates a client with a connection pool of its own. */
export function createHttpClient(): HttpClient {
  const transports: Partial<Record<OutboundRequest['scheme'], Transport>> = {
    http: { agent: new Agent({ keepAlive: true }), request },
  };
  return (outbound, response, scope) => {
    const transport = transports[outbound.scheme] ?? loadTls();
    transports[outbound.scheme] = transport;
    new Exchange(outbound, response, scope, transport).send();
  };
}

/** TLS takes 3 MB that an app without https requests does not pay. */
function loadTls(): Transport {
  const { Agent, request } = getBuiltinModule('node:https');
  return { agent: new Agent({ keepAlive: true }), request };
}

/** One request and its response. Lives in the scope until the response's body has ended. */
class Exchange implements Disposable {
  readonly #outbound: OutboundRequest;
  readonly #response: FutureIncomingResponse;
  readonly #scope: InstanceScope;
  readonly #transport: Transport;
  #request: ClientRequest | undefined;
  #source: MessageSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outbound: OutboundRequest, response: FutureIncomingResponse, scope: InstanceScope, transport: Transport) {
    this.#outbound = outbound;
    this.#response = response;
    this.#scope = scope;
    this.#transport = transport;
  }

  send(): void {
    this.#request = this.#open(this.#transport.agent);
    this.#scope.add(this);
    this.#response.onDrop = () => this.#request?.destroy();
    this.#outbound.body.attach(this.#createConsumer(this.#request));
    setImmediate(() => this.#sendHead());
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#request?.destroy();
    this.#outbound.body.cancel();
    this.#response.cancel();
    this.#source?.cancel();
  }

  #open(agent: Agent | false): ClientRequest {
    const { scheme, hostname, port, method, authority } = this.#outbound;
    // A URI is bytes on the wire, which node:http takes as one character each.
    const path = decodeLatin1(new TextEncoder().encode(this.#outbound.path));
    const headers = ['host', authority, ...this.#outbound.headers, ...framingOf(this.#outbound)];
    const request = this.#transport.request({ agent, hostname, port, path, method, headers, setHost: false });
    this.#limit(request, this.#outbound.connectTimeoutMs, 'CONNECT_TIMEOUT');
    request.on('socket', (socket) => {
      const limitFirstByte = () => this.#limit(request, this.#outbound.firstByteTimeoutMs, 'READ_TIMEOUT');
      if (!socket.connecting) limitFirstByte();
      else socket.once(scheme === 'https' ? 'secureConnect' : 'connect', limitFirstByte);
    });
    request.on('response', (message) => this.#receive(message));
    request.on('drain', () => this.#outbound.body.drained());
    request.on('error', (error) => this.#fail(request, error));
    return request;
  }

  /** A server may answer before the body has come, so the head does not wait for it longer than the guest's turn. */
  #sendHead(): void {
    if (!this.#request?.writableEnded && !this.#request?.destroyed) this.#request?.flushHeaders();
  }

  #createConsumer(request: ClientRequest): BodyConsumer {
    return {
      write: (chunk) => request.write(chunk),
      end: (trailers) => {
        if (trailers.length > 0) request.addTrailers(pairsOf(trailers));
        request.end();
      },
      abort: () => request.destroy(),
    };
  }

  #limit(request: ClientRequest, timeoutMs: number, code: OutboundTimeout['code']): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => request.destroy(new OutboundTimeout(code)), timeoutMs);
  }

  #receive(message: IncomingMessage): void {
    clearTimeout(this.#timer);
    message.setTimeout(this.#outbound.betweenBytesTimeoutMs, () =>
      message.destroy(new OutboundTimeout('READ_TIMEOUT')),
    );
    message.once('close', () => this.#scope.remove(this));
    this.#source = new MessageSource(message, { errorCodeFrom: errorCodeFromNetwork });
    const response = new IncomingResponse(
      message.statusCode ?? 0,
      createIncomingFields(message.rawHeaders),
      this.#source,
    );
    this.#response.settle({ tag: 'ok', val: response });
  }

  /** A kept connection that the server closed meanwhile is no failure of the request: it is sent once more, on a new one. */
  #fail(request: ClientRequest, error: unknown): void {
    clearTimeout(this.#timer);
    if (this.#response.isReady()) return;
    const isStale = request.reusedSocket && (error as { code?: unknown }).code === 'ECONNRESET';
    if (isStale && this.#outbound.body.isEmpty) {
      this.#request = this.#open(false);
      this.#request.end();
      return;
    }
    this.#scope.remove(this);
    this.#outbound.body.discard();
    this.#response.settle({ tag: 'err', val: errorCodeFromNetwork(error) });
  }
}
