// `fermyon:spin/http`: outbound requests as SDKs of Spin 1 make them, on top of `wasi:http/outgoing-handler`: a record out, a record
// in, redirects followed. The same rules hold, also for where a redirect leads.

import { IncomingBody, OutgoingBody } from '../../wasi/http/body.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { pairsOf } from '../../wasi/http/field-list.ts';
import { Fields, isHopByHop } from '../../wasi/http/fields.ts';
import { OutgoingRequest } from '../../wasi/http/request.ts';
import type { FutureIncomingResponse, IncomingResponse } from '../../wasi/http/response.ts';
import { readWholeBody } from '../../wasi/http/whole-body.ts';
import { InstanceCancelled, type InstanceScope } from '../../wasi/instance-scope.ts';
import { findRedirect } from './redirect.ts';
import type { SpinHttpError, SpinRequest, SpinResponse } from './spin-http.ts';

/** How many redirects are followed. */
const REDIRECT_LIMIT = 10;

/** What stands for the app itself in a URL. */
const SELF_ORIGIN = 'http://self.alt';

/** `wasi:http/outgoing-handler.handle`. */
type Handle = (request: OutgoingRequest, options: undefined) => FutureIncomingResponse;

const encoder = new TextEncoder();

/** Creates `fermyon:spin/http.send-request` for one instance. It throws a `SpinHttpError`; `warn` gets what that does not tell. */
export function createSendRequest(handle: Handle, scope: InstanceScope, warn: (line: string) => void) {
  return (lent: SpinRequest): Promise<SpinResponse> => {
    const request = { ...lent, body: lent.body?.slice() };
    return scope.guard(sendFollowing(handle, request)).catch((error) => {
      if (error instanceof InstanceCancelled) throw error;
      const spinError = spinErrorFrom(error);
      if (spinError === 'runtime-error') warn(`Outbound HTTP: ${JSON.stringify(request.uri)}: ${describe(error)}`);
      throw spinError;
    });
  };
}

async function sendFollowing(handle: Handle, first: SpinRequest): Promise<SpinResponse> {
  let request = first;
  for (let redirects = 0; redirects <= REDIRECT_LIMIT; redirects++) {
    const url = URL.parse(request.uri.startsWith('/') ? `${SELF_ORIGIN}${request.uri}` : request.uri);
    if (url === null || !/^https?:$/.test(url.protocol)) throw createErrorCode('HTTP-request-URI-invalid');
    const response = await send(handle, request, url);
    const [location] = response.headers().values('location');
    const next = findRedirect(request, url, response.status(), location);
    if (next === undefined) return await readResponse(response);
    IncomingBody.finish(response.consume());
    request = next;
  }
  throw new Error(`more than ${REDIRECT_LIMIT} redirects`);
}

async function send(handle: Handle, request: SpinRequest, url: URL): Promise<IncomingResponse> {
  const future = handle(createRequest(request, url), undefined);
  await future.wait();
  const taken = future.get();
  if (taken?.tag !== 'ok') throw new Error('the response was taken before');
  if (taken.val.tag === 'err') throw taken.val.val;
  return taken.val.val;
}

function createRequest({ method, headers, body }: SpinRequest, url: URL): OutgoingRequest {
  const fields = new Fields();
  for (const [name, value] of headers) {
    if (isHopByHop(name.toLowerCase()) || name.toLowerCase() === 'content-length') continue;
    fields.append(name, encoder.encode(value));
  }
  if (body?.length) fields.append('content-length', encoder.encode(String(body.length)));
  const request = new OutgoingRequest(fields);
  request.setMethod({ tag: method });
  request.setScheme({ tag: url.protocol === 'https:' ? 'HTTPS' : 'HTTP' });
  request.setAuthority(url.host);
  request.setPathWithQuery(`${url.pathname}${url.search}`);
  if (body?.length) {
    const outgoing = request.body();
    outgoing.pipe.put(body);
    OutgoingBody.finish(outgoing, undefined);
  }
  return request;
}

/** Headers are strings there, so those that are more than ASCII are left out, as in Spin. */
async function readResponse(response: IncomingResponse): Promise<SpinResponse> {
  const headers = pairsOf(response.headers().raw()).filter(([, value]) => /^[\t\x20-\x7e]*$/.test(value));
  const body = await readWholeBody(response.consume().source);
  return { status: response.status(), headers, body };
}

function spinErrorFrom(error: unknown): SpinHttpError {
  switch (tagOf(error)) {
    case 'HTTP-request-denied':
      return 'destination-not-allowed';
    case 'HTTP-request-URI-invalid':
      return 'invalid-url';
    default:
      return 'runtime-error';
  }
}

function describe(error: unknown): string {
  return tagOf(error) ?? (error instanceof Error ? error.message : String(error));
}

function tagOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'tag' in error ? String(error.tag) : undefined;
}

function createErrorCode(tag: 'HTTP-request-URI-invalid'): ErrorCode {
  return { tag };
}
