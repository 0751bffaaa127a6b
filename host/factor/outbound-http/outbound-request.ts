// From what the guest put together to a request that can be sent: where it goes, and what stands on the wire.

import type { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { hasField, valuesOf, withoutFields } from '../../wasi/http/field-list.ts';
import { formatMethod, formatScheme } from '../../wasi/http/method.ts';
import type { OutgoingRequest, RequestOptions } from '../../wasi/http/request.ts';
import { decodeLatin1 } from '../../wasi/latin1.ts';
import { type Destination, SELF } from './permission.ts';

/** The limit the guest did not set: 600 s. */
const DEFAULT_TIMEOUT_MS = 600_000;

/** The longest delay a timer takes, in milliseconds. */
const TIMER_LIMIT_MS = 0x7fff_ffff;

/** The host that means the app itself, as does a request without an authority. */
const SELF_ALIAS = 'self.alt';

/** Fields that belong to the connection or are made anew. */
const DROPPED = new Set(['host', 'connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']);

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** A request that is complete but for its body. */
export type OutboundRequest = {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly hostname: string;
  readonly port: number;
  /** What the Host header says. */
  readonly authority: string;
  /** With the query, as the guest's string. */
  readonly path: string;
  /** Flat list of names in lower case and values, without those of the connection. */
  readonly headers: readonly string[];
  /** Whether the guest said that it takes trailers, which servers of gRPC want to hear; it is said over HTTP/2 only. */
  readonly takesTrailers: boolean;
  readonly body: BodyPipe;
  readonly connectTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
  readonly betweenBytesTimeoutMs: number;
};

/** Returns where a request wants to go. Throws an `ErrorCode` for a URI that leads nowhere. */
export function destinationOf(request: OutgoingRequest): Destination {
  const scheme = formatScheme(request.scheme() ?? { tag: 'HTTPS' });
  const authority = request.authority();
  if (authority === undefined || hostOf(authority) === SELF_ALIAS) return { scheme: 'http', host: SELF, port: 0 };
  if (scheme !== 'http' && scheme !== 'https') throw createErrorCode('HTTP-protocol-error');
  const url = URL.parse(`${scheme}://${authority}`);
  if (url === null || url.hostname === '') throw createErrorCode('HTTP-request-URI-invalid');
  return { scheme, host: hostOf(authority), port: Number(url.port) || (scheme === 'https' ? 443 : 80) };
}

/** Creates the request for a destination. `self` is the app's own address. */
export function createOutboundRequest(
  request: OutgoingRequest,
  options: RequestOptions | undefined,
  destination: Destination,
  self: { readonly hostname: string; readonly port: number } | undefined,
): OutboundRequest {
  const address = destination.host === SELF && self !== undefined ? self : undefined;
  return {
    method: formatMethod(request.method()) ?? 'GET',
    scheme: destination.scheme === 'https' ? 'https' : 'http',
    hostname: address?.hostname ?? destination.host,
    port: address?.port ?? destination.port,
    authority: address ? formatAuthority(address) : (request.authority() ?? ''),
    path: pathOf(request.pathWithQuery()),
    headers: withoutFields(request.rawHeaders(), (name) => DROPPED.has(name)),
    takesTrailers: valuesOf(request.rawHeaders(), 'te').includes('trailers'),
    body: request.takeBody().pipe,
    connectTimeoutMs: msFromNanos(options?.connectTimeout()),
    firstByteTimeoutMs: msFromNanos(options?.firstByteTimeout()),
    betweenBytesTimeoutMs: msFromNanos(options?.betweenBytesTimeout()),
  };
}

/**
 * Returns the header that says how long the body is, as a flat list; empty where the guest said it, or where none is needed. A body
 * whose length is not known goes in chunks, whatever the method; one that is known to be empty is said to be.
 */
export function framingOf({ method, headers, body }: OutboundRequest): string[] {
  if (hasField(headers, 'content-length')) return [];
  if (!body.isEmpty) return ['transfer-encoding', 'chunked'];
  return METHODS_WITH_BODY.has(method) ? ['content-length', '0'] : [];
}

/** Returns the path as it is sent: a URI is bytes on the wire, which Node takes as one character each. */
export function pathOnWire({ path }: OutboundRequest): string {
  return decodeLatin1(new TextEncoder().encode(path));
}

function formatAuthority({ hostname, port }: { readonly hostname: string; readonly port: number }): string {
  return hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function hostOf(authority: string): string {
  return (URL.parse(`http://${authority}`)?.hostname ?? '').replace(/^\[(.*)\]$/, '$1');
}

function createErrorCode(tag: 'HTTP-protocol-error' | 'HTTP-request-URI-invalid'): ErrorCode {
  return { tag };
}

function pathOf(path = ''): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function msFromNanos(nanos: bigint | undefined): number {
  return nanos === undefined ? DEFAULT_TIMEOUT_MS : Math.min(Math.ceil(Number(nanos) / 1e6), TIMER_LIMIT_MS);
}
