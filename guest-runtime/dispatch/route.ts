// The grammar of HTTP routes and the order in which they are tried, as in Spin (https://spinframework.dev/http-trigger#http-trigger-routes),
// which follows the Rust crate routefinder. One difference: there a `/` before a `.` is lost (`/a/.b` is `/a.b`); here it is kept.

import type { RouteSegment } from '../../host/gen/runtime.ts';

/** A route that cannot be parsed: `message` says why, `fix` how to mend it. */
export type RouteProblem = { readonly message: string; readonly fix: string };

/** Makes a route start with `/` and takes one trailing `/` away, so that `/` becomes empty. */
export function normalizeRoute(route: string): string {
  const absolute = route.startsWith('/') ? route : `/${route}`;
  return absolute.endsWith('/') ? absolute.slice(0, -1) : absolute;
}

/** Parses a normalized route to its segments. */
export function parseRoute(route: string): RouteSegment[] | RouteProblem {
  const text = route.replace(/\/\.\.\.$/, '/*').replace(/^\/+|\/+$/g, '');
  const segments: RouteSegment[] = [];
  for (const [, separator, section = ''] of `/${text}`.matchAll(/([/.])([^/.]*)/g)) {
    const previous = segments.at(-1);
    if (separator === '.' && previous?.tag === 'exact') previous.val += '.';
    else if (separator === '.') segments.push({ tag: 'dot' });
    else if (previous && previous.tag !== 'slash') segments.push({ tag: 'slash' });
    if (section === '') continue;
    const segment = parseSection(section);
    if ('message' in segment) return segment;
    segments.push(segment);
  }
  if (segments.at(-1)?.tag === 'slash') segments.pop();
  if (segments.slice(0, -1).some(({ tag }) => tag === 'wildcard')) {
    return { message: 'a wildcard is not at the end of the route', fix: 'use `:name` for a single segment' };
  }
  return segments;
}

/** Compares two routes for sorting: negative when `a` is tried first, zero when they rank the same. */
export function compareRoutes(a: readonly RouteSegment[], b: readonly RouteSegment[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = rankOf(b[i]) - rankOf(a[i]);
    if (difference !== 0) return difference;
  }
  return countDots(b) - countDots(a) || a.length - b.length;
}

function parseSection(section: string): RouteSegment | RouteProblem {
  if (section === '*') return { tag: 'wildcard' };
  if (section.startsWith('*')) {
    return {
      message: `wildcard ${JSON.stringify(section)} has a name`,
      fix: 'write `...`, or `:name` for a single segment',
    };
  }
  if (section === ':') return { message: 'params must be named', fix: 'write `:name`' };
  if (section.startsWith(':')) return { tag: 'param', val: section.slice(1) };
  return { tag: 'exact', val: section };
}

/** The more specific, the higher. Separators rank the same among themselves. */
function rankOf(segment: RouteSegment | undefined): number {
  switch (segment?.tag) {
    case 'exact':
      return 3;
    case 'param':
      return 2;
    case 'wildcard':
      return 1;
    default:
      return 0;
  }
}

function countDots(segments: readonly RouteSegment[]): number {
  return segments.filter(({ tag }) => tag === 'dot').length;
}
