// What an HTTP trigger prints on standard output when it is ready, line for line as Spin does.

import type { ComponentPlan, HttpRoute } from '../../gen/runtime.ts';

/** Formats the announcement. `url` is where the trigger listens, without a trailing slash. Private routes are not shown. */
export function formatAnnouncement(
  url: string,
  routes: readonly HttpRoute[],
  components: readonly ComponentPlan[],
): string {
  const descriptions = new Map(components.map((component) => [component.id, component.description]));
  const lines = ['', `Serving ${url}`, 'Available Routes:'];
  for (const route of routes) {
    if (route.pattern === undefined) continue;
    const id = route.target.tag === 'component' ? route.target.val : undefined;
    const isWildcard = route.pattern.at(-1)?.tag === 'wildcard';
    const path = isWildcard ? route.matchedRoute.replace(/\/(?:\.\.\.|\*)$/, '') : route.matchedRoute;
    lines.push(`  ${id ?? route.triggerId}: ${url}${path}${isWildcard ? ' (wildcard)' : ''}`);
    const description = id === undefined ? '' : descriptions.get(id);
    if (description) lines.push(`    ${description}`);
  }
  return `${lines.join('\n')}\n`;
}
