// Where a response sends a client on to, and with what (https://www.rfc-editor.org/rfc/rfc9110#section-15.4).

import type { SpinRequest } from './spin-http.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that describe a body. */
const OF_BODY: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'transfer-encoding',
]);

/** Headers that are meant for one server. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'host', 'proxy-authorization']);

/** Returns the request to make next; nothing where the response is the last one. `url` is where the request went. */
export function findRedirect(
  request: SpinRequest,
  url: URL,
  status: number,
  location: string | undefined,
): SpinRequest | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const next = URL.parse(location, url);
  if (next === null || !/^https?:$/.test(next.protocol)) return undefined;
  const losesBody = turnsToGet(request.method, status);
  const headers = request.headers.filter(([name]) => {
    const field = name.toLowerCase();
    return !(losesBody && OF_BODY.has(field)) && !(next.origin !== url.origin && CREDENTIALS.has(field));
  });
  const uri = next.href;
  return losesBody ? { method: 'get', uri, headers, params: [] } : { ...request, uri, headers };
}

/** What clients have always done with 301 and 302 holds for POST and the like; 307 and 308 were made to say otherwise. */
function turnsToGet(method: SpinRequest['method'], status: number): boolean {
  return status <= 303 && method !== 'get' && method !== 'head';
}
