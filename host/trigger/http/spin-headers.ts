// The headers that Spin adds for the guest (https://spinframework.dev/http-trigger#http-request-handling): what route matched, and how.

import type { HttpRoute } from '../../gen/runtime.ts';
import type { RequestTarget } from './request-target.ts';
import { pathInfoOf, type RouteMatch } from './route.ts';

const PATH_MATCH_PREFIX = 'spin-path-match-';

const names: ReadonlySet<string> = new Set([
  'spin-path-info',
  'spin-full-url',
  'spin-matched-route',
  'spin-base-path',
  'spin-raw-component-route',
  'spin-component-route',
  'spin-client-addr',
]);

/** Tells whether a header, given in lower case, is one that only the host may set. */
export function isSpinHeader(name: string): boolean {
  return names.has(name) || name.startsWith(PATH_MATCH_PREFIX);
}

/** What does not change between requests of a route. */
type RouteValues = { readonly matchedRoute: string; readonly rawRoute: string; readonly componentRoute: string };

const valuesByRoute = new WeakMap<HttpRoute, RouteValues>();

function valuesOf(route: HttpRoute): RouteValues {
  const known = valuesByRoute.get(route);
  if (known !== undefined) return known;
  const values = {
    matchedRoute: toHeaderValue(route.matchedRoute),
    rawRoute: toHeaderValue(route.rawRoute),
    componentRoute: toHeaderValue(route.componentRoute),
  };
  valuesByRoute.set(route, values);
  return values;
}

/** Creates the headers as a flat list of names and values. `clientAddress` is `ip:port`. */
export function createSpinHeaders(
  target: RequestTarget,
  route: HttpRoute,
  match: RouteMatch,
  clientAddress: string,
  scheme: 'http' | 'https' = 'http',
): string[] {
  const { matchedRoute, rawRoute, componentRoute } = valuesOf(route);
  const headers = [
    'spin-path-info',
    toHeaderValue(pathInfoOf(match, target.path)),
    'spin-full-url',
    toHeaderValue(`${scheme}://${target.authority}${target.pathWithQuery}`),
    'spin-matched-route',
    matchedRoute,
    'spin-base-path',
    '/',
    'spin-raw-component-route',
    rawRoute,
    'spin-component-route',
    componentRoute,
    'spin-client-addr',
    clientAddress,
  ];
  for (const [name, value] of match.params) {
    headers.push(`${PATH_MATCH_PREFIX}${name.toLowerCase().replaceAll('_', '-')}`, toHeaderValue(value));
  }
  return headers;
}

/** Creates the headers of a call within the app: no route was matched, the whole path is path info. */
export function createChainedHeaders(target: RequestTarget): string[] {
  return [
    'spin-path-info',
    toHeaderValue(target.path),
    'spin-full-url',
    toHeaderValue(`http://${target.authority}${target.pathWithQuery}`),
    'spin-matched-route',
    '/...',
    'spin-base-path',
    '/',
    'spin-raw-component-route',
    '/...',
    'spin-component-route',
    '',
    'spin-client-addr',
    '0.0.0.0:0',
  ];
}

/** Header values are held as one character per byte; text goes in as UTF-8. */
function toHeaderValue(text: string): string {
  if (text === '' || !/[^\0-\x7f]/.test(text)) return text;
  return String.fromCharCode(...new TextEncoder().encode(text));
}
