// `wasi:http/outgoing-handler@0.2`: sends what the component's rules allow, to the network or to another component of the app
// (https://spinframework.dev/http-outbound). A denial arrives in the response future, never as an error of `handle`.

import { chainingTargetOf } from '../../../guest-runtime/policy/service-chaining.ts';
import type { HostRule } from '../../gen/runtime.ts';
import type { OutgoingRequest, RequestOptions } from '../../wasi/http/request.ts';
import { FutureIncomingResponse } from '../../wasi/http/response.ts';
import type { InstanceScope } from '../../wasi/instance-scope.ts';
import type { AppEntrance } from '../factor.ts';
import type { HttpClient } from './client.ts';
import { createOutboundRequest, destinationOf, type OutboundRequest } from './outbound-request.ts';
import { type Destination, isAllowed, SELF } from './permission.ts';

/** What the handler needs besides the request. */
export type OutgoingHandlerOptions = {
  readonly client: HttpClient;
  /** The component's rules, templates filled in; a promise where they have to be asked for. */
  readonly rules: () => readonly HostRule[] | Promise<readonly HostRule[]>;
  readonly entrance: () => AppEntrance | undefined;
  readonly warn: (line: string) => void;
};

/** Creates `wasi:http/outgoing-handler.handle` for one instance. It throws an `ErrorCode` for a request that makes no sense. */
export function createOutgoingHandler(options: OutgoingHandlerOptions, scope: InstanceScope) {
  return (request: OutgoingRequest, requestOptions: RequestOptions | undefined): FutureIncomingResponse => {
    const destination = destinationOf(request);
    const outbound = createOutboundRequest(request, requestOptions, destination, options.entrance()?.address);
    const response = new FutureIncomingResponse();
    const sendIfAllowed = (rules: readonly HostRule[]) => {
      if (isDestinationAllowed(rules, destination)) send(options, destination, outbound, response, scope);
      else deny(options, destination, outbound, response);
    };
    const fail = (error: unknown) => {
      outbound.body.discard();
      response.settle({ tag: 'err', val: { tag: 'internal-error', val: String(error) } });
    };
    const rules = options.rules();
    if (rules instanceof Promise) {
      scope.guard(rules).then(sendIfAllowed).catch(fail);
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

function send(
  { client, entrance }: OutgoingHandlerOptions,
  destination: Destination,
  request: OutboundRequest,
  response: FutureIncomingResponse,
  scope: InstanceScope,
): void {
  const componentId = componentNamedBy(request.hostname);
  if (componentId === undefined && destination.host !== SELF) {
    client(request, response, scope);
    return;
  }
  const way = entrance();
  if (way === undefined) throw new Error('the app has no HTTP trigger');
  const headers = ['host', request.authority, ...request.headers];
  way.call({ ...request, componentId, pathWithQuery: request.path, headers }, response, scope);
}

function deny(
  { warn }: OutgoingHandlerOptions,
  destination: Destination,
  request: OutboundRequest,
  response: FutureIncomingResponse,
): void {
  const isSelf = destination.host === SELF;
  const entry = isSelf ? 'http://self' : `${destination.scheme}://${request.authority}`;
  warn(
    isSelf
      ? 'Warning: A component tried to make an HTTP request to its own app but it does not have permission.'
      : `Warning: A component tried to make an outbound network connection to disallowed destination '${entry}'.`,
  );
  warn(`To allow this request, add 'allowed_outbound_hosts = ["${entry}"]' to the manifest component section.`);
  request.body.discard();
  response.settle({ tag: 'err', val: { tag: 'HTTP-request-denied' } });
}

/** A request to the app itself may be granted for either scheme. */
function isDestinationAllowed(rules: readonly HostRule[], destination: Destination): boolean {
  if (isAllowed(rules, destination)) return true;
  return destination.host === SELF && isAllowed(rules, { ...destination, scheme: 'https' });
}

function componentNamedBy(hostname: string): string | undefined {
  const target = chainingTargetOf({ host: { tag: 'exact', val: hostname }, port: { tag: 'any' } });
  return typeof target === 'object' ? target.id : undefined;
}
