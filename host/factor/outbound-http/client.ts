// Sends requests of guests with node:http and node:https. Connections are kept and shared by all instances; redirects are the
// guest's business.

import type { Agent, ClientRequest, IncomingMessage, request } from 'node:http';
import type { LookupFunction } from 'node:net';
import { getBuiltinModule } from 'node:process';
import type { BodyConsumer } from '../../wasi/http/body-pipe.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { pairsOf } from '../../wasi/http/field-list.ts';
import { createIncomingFields } from '../../wasi/http/fields.ts';
import { MessageSource } from '../../wasi/http/message-source.ts';
import { type FutureIncomingResponse, IncomingResponse } from '../../wasi/http/response.ts';
import type { InstanceScope } from '../../wasi/instance-scope.ts';
import { decodeLatin1 } from '../../wasi/latin1.ts';
import type { LoadHttps } from '../https.ts';
import type { OutboundHttpConfig } from '../runtime-config/networking.ts';
import type { ClientTls } from './client-tls.ts';
import { BlockedAddress, errorCodeFromNetwork, OutboundTimeout } from './error-code.ts';
import { framingOf, type OutboundRequest } from './outbound-request.ts';
import { type Place, RequestLimit } from './request-limit.ts';

/**
 * Sends a request and settles `response`. `tls` is what is different from other connections of HTTPS.
 */
export type HttpClient = (
  request: OutboundRequest,
  response: FutureIncomingResponse,
  scope: InstanceScope,
  tls?: ClientTls,
) => void;

/** How a client sends. */
export type HttpClientOptions = Pick<OutboundHttpConfig, 'hasPooling' | 'maxRequests'> & {
  /** Tells which addresses are blocked; null where none is. */
  readonly isBlocked: ((address: string) => boolean) | null;
  readonly loadHttps: LoadHttps;
};

/** How requests of one kind are sent. */
type Transport = {
  readonly agent: Agent;
  readonly request: typeof request;
  readonly lookup: LookupFunction | undefined;
};

/** Creates a client with a connection pool of its own. */
export function createHttpClient({ hasPooling, maxRequests, isBlocked, loadHttps }: HttpClientOptions): HttpClient {
  const limit = maxRequests === undefined ? null : new RequestLimit(maxRequests);
  const lookup = isBlocked ? createLookup(isBlocked) : undefined;
  let http: Transport | undefined;
  const secure = new Map<ClientTls | undefined, Transport>();
  const transportOf = (scheme: OutboundRequest['scheme'], tls: ClientTls | undefined): Transport => {
    if (scheme === 'http') {
      http ??= { ...createPlainTransport(hasPooling), lookup };
      return http;
    }
    const transport = secure.get(tls) ?? { ...createSecureTransport(loadHttps(), hasPooling, tls), lookup };
    secure.set(tls, transport);
    return transport;
  };
  return (outbound, response, scope, tls) => {
    const refusal = maxRequests === 0 ? LIMIT_REACHED : isBlocked?.(outbound.hostname) ? ADDRESS_BLOCKED : null;
    if (refusal) {
      outbound.body.discard();
      response.settle({ tag: 'err', val: refusal });
    } else new Exchange(outbound, response, scope, transportOf(outbound.scheme, tls), limit).start();
  };
}

const LIMIT_REACHED: ErrorCode = { tag: 'connection-limit-reached' };
const ADDRESS_BLOCKED: ErrorCode = { tag: 'destination-IP-prohibited' };

/** node:http takes 7 MB that an app without outbound requests does not pay. */
function createPlainTransport(keepAlive: boolean): Omit<Transport, 'lookup'> {
  const { Agent, request } = getBuiltinModule('node:http');
  return { agent: new Agent({ keepAlive }), request };
}

function createSecureTransport(
  { Agent, request }: ReturnType<LoadHttps>,
  keepAlive: boolean,
  tls: ClientTls | undefined,
): Omit<Transport, 'lookup'> {
  if (tls === undefined) return { agent: new Agent({ keepAlive }), request };
  const { ca, cert, key, hasDefaultRoots } = tls;
  const roots = hasDefaultRoots ? getBuiltinModule('node:tls').getCACertificates('default') : [];
  const options = { ...(ca && { ca: [...roots, ...ca] }), ...(cert && { cert }), ...(key && { key }) };
  return { agent: new Agent({ keepAlive, ...options }), request };
}

/** Creates a name lookup that leaves blocked addresses out, and fails where nothing else is left. */
function createLookup(isBlocked: (address: string) => boolean): LookupFunction {
  const { lookup } = getBuiltinModule('node:dns');
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first, ...others] = error ? [] : addresses.filter(({ address }) => !isBlocked(address));
      if (first && options.all) callback(null, [first, ...others]);
      else if (first) callback(null, first.address, first.family);
      else callback(error ?? new BlockedAddress(), '', 4);
    });
  };
}

/** One request and its response. Lives in the scope until the response's body has ended. */
class Exchange implements Disposable {
  readonly #outbound: OutboundRequest;
  readonly #response: FutureIncomingResponse;
  readonly #scope: InstanceScope;
  readonly #transport: Transport;
  readonly #limit: RequestLimit | null;
  #place: Place | undefined;
  #request: ClientRequest | undefined;
  #source: MessageSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    outbound: OutboundRequest,
    response: FutureIncomingResponse,
    scope: InstanceScope,
    transport: Transport,
    limit: RequestLimit | null,
  ) {
    this.#outbound = outbound;
    this.#response = response;
    this.#scope = scope;
    this.#transport = transport;
    this.#limit = limit;
  }

  /** Sends the request when there is a place for it. */
  start(): void {
    this.#scope.add(this);
    this.#response.onDrop = () => (this.#request ? this.#request.destroy() : this[Symbol.dispose]());
    if (this.#limit === null) this.#send();
    else this.#place = this.#limit.enter(() => this.#send());
  }

  /** What node:http refuses to send is told like any failure. */
  #send(): void {
    try {
      this.#sendNow();
    } catch (error) {
      this.#outbound.body.discard();
      this.#response.settle({ tag: 'err', val: { tag: 'internal-error', val: String(error) } });
      queueMicrotask(() => this.#leave());
    }
  }

  #sendNow(): void {
    this.#request = this.#open(this.#transport.agent);
    this.#outbound.body.attach(this.#createConsumer(this.#request));
    setImmediate(() => this.#sendHead());
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#place?.leave();
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
    const { lookup } = this.#transport;
    const options = { agent, hostname, port, path, method, headers, setHost: false, ...(lookup && { lookup }) };
    const request = this.#transport.request(options);
    this.#limitTime(request, this.#outbound.connectTimeoutMs, 'CONNECT_TIMEOUT');
    request.on('socket', (socket) => {
      const limitFirstByte = () => this.#limitTime(request, this.#outbound.firstByteTimeoutMs, 'READ_TIMEOUT');
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

  #limitTime(request: ClientRequest, timeoutMs: number, code: OutboundTimeout['code']): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => request.destroy(new OutboundTimeout(code)), timeoutMs);
  }

  #receive(message: IncomingMessage): void {
    clearTimeout(this.#timer);
    message.setTimeout(this.#outbound.betweenBytesTimeoutMs, () =>
      message.destroy(new OutboundTimeout('READ_TIMEOUT')),
    );
    message.once('close', () => this.#leave());
    this.#source = new MessageSource(message, { errorCodeFrom: errorCodeFromNetwork });
    const response = new IncomingResponse(
      message.statusCode ?? 0,
      createIncomingFields(message.rawHeaders),
      this.#source,
    );
    this.#response.settle({ tag: 'ok', val: response });
  }

  #leave(): void {
    this.#place?.leave();
    this.#scope.remove(this);
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
    this.#leave();
    this.#outbound.body.discard();
    this.#response.settle({ tag: 'err', val: errorCodeFromNetwork(error) });
  }
}
