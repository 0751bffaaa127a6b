// Matches a request's path against the plan's routes: mechanically, in the plan's order, the first match wins. What routes mean and
// which comes first was decided in the guest runtime.

import type { HttpRoute, RouteSegment } from '../../gen/runtime.ts';

const SLASH = 0x2f;

/** What the variable parts of a route stood for. */
export type RouteMatch = {
  /** Values of `:name` segments, in order. */
  readonly params: readonly (readonly [string, string])[];
  /** What the trailing wildcard stood for; nothing where the route has none. */
  readonly wildcard: string | undefined;
};

/** Finds the first route that matches `path`, which is raw: not decoded, without a query. Private routes never match. */
export function findRoute(
  routes: readonly HttpRoute[],
  path: string,
): { readonly route: HttpRoute; readonly match: RouteMatch } | undefined {
  const trimmed = trimSlashes(path);
  for (const route of routes) {
    const match = route.pattern && matchSegments(route.pattern, trimmed);
    if (match) return { route, match };
  }
  return undefined;
}

/** Matches one pattern against a path without leading and trailing slashes; the segments must use up the whole path. */
export function matchSegments(pattern: readonly RouteSegment[], path: string): RouteMatch | undefined {
  const params: [string, string][] = [];
  let at = 0;
  for (let index = 0; index < pattern.length; index++) {
    const segment = pattern[index] as RouteSegment;
    switch (segment.tag) {
      case 'exact':
        if (!path.startsWith(segment.val, at)) return undefined;
        at += segment.val.length;
        break;
      case 'param': {
        const end = paramEnd(path, at, pattern[index + 1]?.tag === 'dot');
        if (end === at) return undefined;
        params.push([segment.val, path.slice(at, end)]);
        at = end;
        break;
      }
      case 'slash': {
        const end = skipSlashes(path, at);
        const endsHere = at === path.length && pattern[index + 1]?.tag === 'wildcard';
        if (end === at && !endsHere) return undefined;
        at = end;
        break;
      }
      case 'dot':
        if (path[at] !== '.') return undefined;
        at++;
        break;
      case 'wildcard':
        return { params, wildcard: path.slice(at) };
    }
  }
  return at === path.length ? { params, wildcard: undefined } : undefined;
}

/** Returns the trailing wildcard's value as `spin-path-info` gives it: a path, with the request's own trailing slash. */
export function pathInfoOf(match: RouteMatch, path: string): string {
  if (match.wildcard === undefined) return '';
  const slash = path.endsWith('/') ? '/' : '';
  return match.wildcard === '' ? slash : `/${match.wildcard}${slash}`;
}

function paramEnd(path: string, start: number, stopsAtDot: boolean): number {
  let end = start;
  while (end < path.length && path[end] !== '/' && !(stopsAtDot && path[end] === '.')) end++;
  return end;
}

function skipSlashes(path: string, start: number): number {
  let end = start;
  while (path.charCodeAt(end) === SLASH) end++;
  return end;
}

function trimSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === SLASH) end--;
  return path.slice(Math.min(skipSlashes(path, 0), end), end);
}
