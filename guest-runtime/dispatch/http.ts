// Turns the http triggers of an app into the ordered list of routes that the host tries one after another
// (https://spinframework.dev/http-trigger). Reads the fields that are the http trigger's own.

import type { HttpExecutor, HttpRoute, HttpTarget, StaticResponse } from '../../host/gen/runtime.ts';
import type { Diagnostics, Located, Place } from '../manifest/diagnostics.ts';
import type { TableReader } from '../manifest/reader.ts';
import type { TomlValue } from '../manifest/toml.ts';
import { compareRoutes, normalizeRoute, parseRoute } from './route.ts';

/** A trigger with its id, and with its component named by id. */
export type HttpTrigger = Place & {
  readonly id: string;
  readonly component: Located<string> | undefined;
  readonly settings: TableReader;
};

/** Requests below this path are answered by the host. */
const WELL_KNOWN_PREFIX = '/.well-known/spin/';

// biome-ignore lint/suspicious/noTemplateCurlyInString: filled in by the wagi executor, for each request
const DEFAULT_ARGV = '${SCRIPT_NAME} ${ARGS}';

type Executor = { readonly type: HttpExecutor; readonly argv: string | undefined };

/** Reads `[application.trigger.http]`. */
export function checkHttpSettings(settings: TableReader): void {
  const base = settings.string('base');
  if (base?.value === '/') {
    settings.diagnostics.warning(base, '`base` has no effect', 'remove it');
  } else if (base) {
    settings.diagnostics.error(base, '`base` is not supported', `remove it, and start every route with ${base.value}`);
  }
  settings.finish();
}

/** Plans all http triggers: the routes in the order in which they are tried, then the private ones. */
export function planHttpRoutes(triggers: readonly HttpTrigger[], diagnostics: Diagnostics): HttpRoute[] {
  const planned = triggers.flatMap((trigger) => {
    const route = readTrigger(trigger, diagnostics);
    return route ? { trigger, route } : [];
  });
  // Spin keeps one executor for each component: that of the last trigger that names it.
  const executors = new Map(
    planned.flatMap(({ route }) => (route.target.tag === 'component' ? [[route.target.val, route]] : [])),
  );
  const routes = new Map<string, HttpRoute>();
  const hidden: HttpRoute[] = [];
  for (const { trigger, route: own } of planned) {
    const last = own.target.tag === 'component' ? (executors.get(own.target.val) ?? own) : own;
    const route = { ...own, executor: last.executor, argv: last.argv };
    if (last.executor !== own.executor) {
      const message = `trigger \`${last.triggerId}\` sets executor \`${last.executor}\` for the same component`;
      diagnostics.warning(trigger, message, 'use one executor for a component');
    }
    if (!route.pattern) {
      hidden.push(route);
      continue;
    }
    const replaced = routes.get(route.rawRoute);
    if (replaced) {
      const message = `route ${JSON.stringify(route.rawRoute)} replaces the same route of trigger \`${replaced.triggerId}\``;
      diagnostics.warning(trigger.settings.place('route'), message, 'give each trigger a route of its own');
      // The app's components may still call that one.
      if (replaced.target.tag === 'component') hidden.push({ ...replaced, ...PRIVATE });
    }
    routes.set(route.rawRoute, route);
  }
  return [...routes.values(), ...hidden].sort((a, b) => {
    if (!a.pattern || !b.pattern) return Number(!a.pattern) - Number(!b.pattern);
    return compareRoutes(a.pattern, b.pattern);
  });
}

function readTrigger(trigger: HttpTrigger, diagnostics: Diagnostics): HttpRoute | undefined {
  const { settings } = trigger;
  const target = readTarget(trigger, diagnostics);
  const executor = readExecutor(settings);
  const value = settings.required('route', 'add `route = "/..."`, or `route = { private = true }`');
  const route = value && readRoute(settings, value);
  settings.finish();
  if (!route || !target) return undefined;
  return { triggerId: trigger.id, target, executor: executor.type, argv: executor.argv, ...route };
}

function readTarget(trigger: HttpTrigger, diagnostics: Diagnostics): HttpTarget | undefined {
  const { settings } = trigger;
  const response = settings.child('static_response');
  const hasComponent = trigger.component !== undefined || settings.has('component');
  if (hasComponent === settings.has('static_response')) {
    const message = 'triggers must specify either `component` or `static_response`';
    const found = hasComponent ? 'both' : 'neither';
    const fix = hasComponent ? 'remove one of them' : 'add one of them';
    diagnostics.error(trigger, `${message}: \`${trigger.id}\` has ${found}`, fix);
  }
  const body = response && readStaticResponse(response);
  if (trigger.component) return { tag: 'component', val: trigger.component.value };
  return body && { tag: 'static-response', val: body };
}

function readStaticResponse(response: TableReader): StaticResponse {
  const status = response.integer('status_code');
  const headers = response.stringMap('headers');
  const body = response.string('body')?.value ?? '';
  response.finish('warning');
  const code = Number(status?.value ?? 200);
  if (code < 100 || code > 999) {
    response.diagnostics.error(response.place('status_code'), `${code} is not a status code`, 'use 100 to 999');
  }
  for (const [name, { key, value }] of headers) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      response.diagnostics.error(key, `${JSON.stringify(name)} is not a header name`);
    }
    // Field values as in RFC 9110 section 5.5: no control characters but the tab.
    if (!/^[\t -~\u0080-\uffff]*$/.test(value.value)) {
      response.diagnostics.error(value, `not a value for header ${JSON.stringify(name)}`, 'remove control characters');
    }
  }
  return {
    status: code,
    headers: [...headers].map(([name, { value }]): [string, string] => [name, value.value]),
    body: new TextEncoder().encode(body),
  };
}

function readExecutor(settings: TableReader): Executor {
  const table = settings.child('executor');
  if (!table) return { type: 'http', argv: undefined };
  table.required('type', 'add `type = "http"`');
  const type = table.string('type');
  const isWagi = type?.value === 'wagi';
  if (type && !isWagi && type.value !== 'http' && type.value !== 'spin') {
    const fix = type.value === 'wasip3-unstable' ? 'remove `executor`: WASI 0.3 needs none' : 'use `http` or `wagi`';
    table.diagnostics.error(type, `unknown executor ${JSON.stringify(type.value)}`, fix);
  }
  const argv = isWagi ? table.string('argv')?.value : undefined;
  const entrypoint = isWagi ? table.string('entrypoint') : undefined;
  if (entrypoint && entrypoint.value !== '_start') {
    table.diagnostics.error(entrypoint, '`entrypoint` is not supported', 'remove it, and export `_start`');
  }
  // Spin looks at no other field of an executor without any.
  table.finish(isWagi ? 'error' : 'warning');
  return isWagi ? { type: 'wagi', argv: argv ?? DEFAULT_ARGV } : { type: 'http', argv: undefined };
}

type RouteFields = Pick<HttpRoute, 'pattern' | 'rawRoute' | 'matchedRoute' | 'componentRoute'>;

const PRIVATE: RouteFields = { pattern: undefined, rawRoute: '', matchedRoute: '', componentRoute: '' };

function readRoute(settings: TableReader, value: TomlValue): RouteFields | undefined {
  const { diagnostics } = settings;
  if (value.type === 'table') {
    const endpoint = settings.open(value);
    endpoint?.required('private', 'add `private = true`');
    const isPrivate = endpoint?.boolean('private');
    endpoint?.finish();
    if (isPrivate?.value === false) {
      diagnostics.error(isPrivate, '`private` is false', 'write a route, or `{ private = true }`');
    }
    return PRIVATE;
  }
  if (value.type !== 'string') {
    diagnostics.error(value, 'expected a route or a table', 'write `"/..."`, or `{ private = true }`');
    return undefined;
  }
  const matchedRoute = normalizeRoute(value.value);
  const pattern = parseRoute(matchedRoute);
  if ('message' in pattern) {
    diagnostics.error(value, `route ${JSON.stringify(value.value)}: ${pattern.message}`, pattern.fix);
    return undefined;
  }
  if (matchedRoute.startsWith(WELL_KNOWN_PREFIX)) {
    diagnostics.warning(value, `routes below \`${WELL_KNOWN_PREFIX}\` are never reached`, 'choose another route');
  }
  return { pattern, rawRoute: value.value, matchedRoute, componentRoute: withoutWildcard(value.value) };
}

function withoutWildcard(route: string): string {
  return route.endsWith('/...') ? route.slice(0, -4) : route;
}
