// Sends requests of guests: over HTTP/1.1, and over HTTP/2 to a server that chooses it or is known to speak it. Connections are kept
// and shared by all instances; redirects are the guest's business.

import type { ErrorCode } from '../../wasi/http/error-code.ts';
import type { FutureIncomingResponse } from '../../wasi/http/response.ts';
import type { InstanceScope } from '../../wasi/instance-scope.ts';
import type { LoadHttps } from '../https.ts';
import type { OutboundHttpConfig } from '../runtime-config/networking.ts';
import type { ClientTls } from './client-tls.ts';
import { createLookup, createPlainConnector, createPlainTransport, createSecureConnector } from './connector.ts';
import { Exchange } from './exchange.ts';
import { NegotiatedTransport } from './negotiated-transport.ts';
import type { OutboundRequest } from './outbound-request.ts';
import { RequestLimit } from './request-limit.ts';
import type { Transport } from './transport.ts';

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
  /** The authority, as it stands in requests, that is known to speak HTTP/2 without TLS. */
  readonly http2Authority?: string | undefined;
  readonly loadHttps: LoadHttps;
};

const LIMIT_REACHED: ErrorCode = { tag: 'connection-limit-reached' };
const ADDRESS_BLOCKED: ErrorCode = { tag: 'destination-IP-prohibited' };

/** Creates a client with connections of its own. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { maxRequests, isBlocked } = options;
  const limit = maxRequests === undefined ? null : new RequestLimit(maxRequests);
  const transportOf = createTransports(options);
  return (outbound, response, scope, tls) => {
    const refusal = maxRequests === 0 ? LIMIT_REACHED : isBlocked?.(outbound.hostname) ? ADDRESS_BLOCKED : null;
    if (refusal) {
      outbound.body.discard();
      response.settle({ tag: 'err', val: refusal });
    } else new Exchange(outbound, response, scope, transportOf(outbound, tls), limit).start();
  };
}

/** Creates what finds the way to send a request. Each is made for the first request that takes it. */
function createTransports({ hasPooling, isBlocked, http2Authority, loadHttps }: HttpClientOptions) {
  const lookup = isBlocked ? createLookup(isBlocked) : undefined;
  let http: Transport | undefined;
  let http2: Transport | undefined;
  const secure = new Map<ClientTls | undefined, Transport>();
  return ({ scheme, authority }: OutboundRequest, tls: ClientTls | undefined): Transport => {
    if (scheme === 'http' && authority === http2Authority) {
      http2 ??= new NegotiatedTransport(createPlainConnector(lookup), hasPooling);
      return http2;
    }
    if (scheme === 'http') {
      http ??= createPlainTransport(hasPooling, lookup);
      return http;
    }
    let https = secure.get(tls);
    if (https === undefined) {
      https = new NegotiatedTransport(createSecureConnector(loadHttps(), hasPooling, lookup, tls), hasPooling);
      secure.set(tls, https);
    }
    return https;
  };
}
