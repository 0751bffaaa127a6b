// `wasi:http/outgoing-handler@0.2`: from the guest's request to a permitted request for the client
// (https://spinframework.dev/http-outbound). A denial arrives in the response future, never as an error of `handle`.

import type { HostRule } from '../../gen/runtime.ts';
import type { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { formatMethod, formatScheme } from '../../wasi/http/method.ts';
import type { OutgoingRequest, RequestOptions } from '../../wasi/http/request.ts';
import { FutureIncomingResponse } from '../../wasi/http/response.ts';
import type { InstanceScope } from '../../wasi/instance-scope.ts';
import { decodeLatin1 } from '../../wasi/latin1.ts';
import type { SelfAddress } from '../factor.ts';
import type { HttpClient, OutboundRequest } from './client.ts';
import { type Destination, isAllowed, SELF } from './permission.ts';

/** The limit the guest did not set: 600 s. */
const DEFAULT_TIMEOUT_MS = 600_000;

/** The longest delay a timer takes, in milliseconds. */
const TIMER_LIMIT_MS = 0x7fff_ffff;

/** The host that means the app itself, as does a request without an authority. */
const SELF_ALIAS = 'self.alt';

/** Fields that belong to the connection or are made anew. */
const DROPPED = new Set(['host', 'connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']);

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** What the handler needs besides the request. */
export type OutgoingHandlerOptions = {
  readonly client: HttpClient;
  /** The component's rules, templates filled in; a promise where they have to be asked for. */
  readonly rules: () => readonly HostRule[] | Promise<readonly HostRule[]>;
  readonly selfAddress: () => SelfAddress | undefined;
  readonly warn: (line: string) => void;
};

/** Creates `wasi:http/outgoing-handler.handle` for one instance. It throws an `ErrorCode` for a request that makes no sense. */
export function createOutgoingHandler(options: OutgoingHandlerOptions, scope: InstanceScope) {
  return (request: OutgoingRequest, requestOptions: RequestOptions | undefined): FutureIncomingResponse => {
    const destination = destinationOf(request);
    const response = new FutureIncomingResponse();
    const sendIfAllowed = (rules: readonly HostRule[]) => {
      const address = destination.host === SELF ? options.selfAddress() : undefined;
      const outbound = createOutboundRequest(request, requestOptions, destination, address);
      if (isDestinationAllowed(rules, destination)) {
        options.client(outbound, response, scope);
        return;
      }
      outbound.body.close();
      for (const line of denialLines(destination, request.authority())) options.warn(line);
      response.settle({ tag: 'err', val: { tag: 'HTTP-request-denied' } });
    };
    const fail = (error: unknown) =>
      response.settle({ tag: 'err', val: { tag: 'internal-error', val: String(error) } });
    const rules = options.rules();
    if (rules instanceof Promise) {
      rules.then(sendIfAllowed).catch(fail);
      return response;
    }
    try {
      sendIfAllowed(rules);
    } catch (error) {
      fail(error);
    }
    return response;
  };
}

/** A request to the app itself may be granted for either scheme. */
function isDestinationAllowed(rules: readonly HostRule[], destination: Destination): boolean {
  if (isAllowed(rules, destination)) return true;
  return destination.host === SELF && isAllowed(rules, { ...destination, scheme: 'https' });
}

function destinationOf(request: OutgoingRequest): Destination {
  const scheme = formatScheme(request.scheme() ?? { tag: 'HTTPS' });
  const authority = request.authority();
  if (authority === undefined || hostOf(authority) === SELF_ALIAS) return { scheme: 'http', host: SELF, port: 0 };
  if (scheme !== 'http' && scheme !== 'https') throw createErrorCode('HTTP-protocol-error');
  const url = URL.parse(`${scheme}://${authority}`);
  if (url === null || url.hostname === '') throw createErrorCode('HTTP-request-URI-invalid');
  return { scheme, host: hostOf(authority), port: Number(url.port) || (scheme === 'https' ? 443 : 80) };
}

function hostOf(authority: string): string {
  return (URL.parse(`http://${authority}`)?.hostname ?? '').replace(/^\[(.*)\]$/, '$1');
}

function createErrorCode(tag: 'HTTP-protocol-error' | 'HTTP-request-URI-invalid'): ErrorCode {
  return { tag };
}

function createOutboundRequest(
  request: OutgoingRequest,
  options: RequestOptions | undefined,
  destination: Destination,
  selfAddress: SelfAddress | undefined,
): OutboundRequest {
  const method = formatMethod(request.method()) ?? 'GET';
  const { pipe } = request.takeBody();
  const authority = selfAddress ? `${selfAddress.hostname}:${selfAddress.port}` : (request.authority() ?? '');
  return {
    method,
    scheme: destination.scheme === 'https' ? 'https' : 'http',
    hostname: selfAddress?.hostname ?? destination.host,
    port: selfAddress?.port ?? destination.port,
    path: encodePath(request.pathWithQuery()),
    headers: ['host', authority, ...keptHeaders(request.rawHeaders()), ...framing(method, request.rawHeaders(), pipe)],
    body: pipe,
    connectTimeoutMs: msFromNanos(options?.connectTimeout()),
    firstByteTimeoutMs: msFromNanos(options?.firstByteTimeout()),
    betweenBytesTimeoutMs: msFromNanos(options?.betweenBytesTimeout()),
  };
}

/** A URI is bytes on the wire; the guest's string is UTF-8. */
function encodePath(path: string | undefined): string {
  if (path === undefined || path === '') return '/';
  const text = path.startsWith('/') ? path : `/${path}`;
  return decodeLatin1(new TextEncoder().encode(text));
}

function keptHeaders(raw: readonly string[]): string[] {
  return raw.filter((_, index) => !DROPPED.has(raw[index - (index % 2)] as string));
}

/** A body whose length is not known goes in chunks, whatever the method; a body that is known to be empty is said to be. */
function framing(method: string, raw: readonly string[], body: BodyPipe): string[] {
  if (raw.some((text, index) => index % 2 === 0 && text === 'content-length')) return [];
  if (!body.isEmpty) return ['transfer-encoding', 'chunked'];
  return METHODS_WITH_BODY.has(method) ? ['content-length', '0'] : [];
}

function msFromNanos(nanos: bigint | undefined): number {
  return nanos === undefined ? DEFAULT_TIMEOUT_MS : Math.min(Math.ceil(Number(nanos) / 1e6), TIMER_LIMIT_MS);
}

function denialLines(destination: Destination, authority: string | undefined): [string, string] {
  const isSelf = destination.host === SELF;
  const entry = isSelf ? 'http://self' : `${destination.scheme}://${authority}`;
  return [
    isSelf
      ? 'Warning: A component tried to make an HTTP request to its own app but it does not have permission.'
      : `Warning: A component tried to make an outbound network connection to disallowed destination '${entry}'.`,
    `To allow this request, add 'allowed_outbound_hosts = ["${entry}"]' to the manifest component section.`,
  ];
}
