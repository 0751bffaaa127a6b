import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpRoute } from '../../host/gen/runtime.ts';
import { normalizeManifest } from '../app/normalize.ts';
import { Diagnostics } from '../manifest/diagnostics.ts';
import { parseManifest } from '../manifest/manifest.ts';
import { checkHttpSettings, planHttpRoutes } from './http.ts';

/** Plans the triggers of a manifest; its own lines start at 3. Components `a` and `b` exist. */
function plan(triggers: string): { routes: HttpRoute[]; errors: string[]; warnings: string[] } {
  const diagnostics = new Diagnostics('/spin.toml');
  const components = '[component]\na = { source = "a.wasm" }\nb = { source = "b.wasm" }\n';
  const text = `spin_manifest_version = 2\napplication = { name = "app" }\n${triggers}\n${components}`;
  const manifest = parseManifest(text, diagnostics);
  assert.ok(manifest);
  const routes = planHttpRoutes(normalizeManifest(manifest, diagnostics).triggers, diagnostics);
  const list = (severity: 'error' | 'warning') =>
    diagnostics.list(severity).map(({ line, column, message }) => `${line}:${column} ${message}`);
  return { routes, errors: list('error'), warnings: list('warning') };
}

const settings = suite('checkHttpSettings');
for (const [text, severity, message] of [
  ['base = "/"', 'warning', '`base` has no effect'],
  ['base = "/api"', 'error', '`base` is not supported'],
  ['base = 1', 'error', 'expected a string, found an integer'],
  ['bas = "/"', 'error', 'unknown field `bas`'],
] as const) {
  settings(`notes ${text} as ${severity}`, () => {
    const diagnostics = new Diagnostics('f');
    const head = 'spin_manifest_version = 2\ntrigger = {}\n[application]\nname = "app"\n[application.trigger.http]\n';
    const table = parseManifest(head + text, diagnostics)?.triggerSettings.get('http');
    assert.ok(table);
    checkHttpSettings(table);
    const found = diagnostics.list(severity);
    assert.equal(
      found.map((diagnostic) => [diagnostic.line, diagnostic.message]),
      [[6, message]],
    );
  });
}
settings.run();

const http = suite('planHttpRoutes');

http('plans a route with all its names', () => {
  const { routes, errors, warnings } = plan('[[trigger.http]]\ncomponent = "a"\nroute = "foo/:id/..."');
  assert.equal([errors, warnings], [[], []]);
  assert.equal(routes, [
    {
      triggerId: 'a-http-trigger',
      pattern: [
        { tag: 'exact', val: 'foo' },
        { tag: 'slash' },
        { tag: 'param', val: 'id' },
        { tag: 'slash' },
        { tag: 'wildcard' },
      ],
      target: { tag: 'component', val: 'a' },
      executor: 'http',
      argv: undefined,
      rawRoute: 'foo/:id/...',
      matchedRoute: '/foo/:id/...',
      componentRoute: 'foo/:id',
    },
  ]);
});

http('keeps a trailing star in the component route, as Spin does', () => {
  const [route] = plan('[[trigger.http]]\ncomponent = "a"\nroute = "/x/*"').routes;
  assert.equal([route?.componentRoute, route?.matchedRoute], ['/x/*', '/x/*']);
});

http('has an empty matched route for the root, as Spin has', () => {
  const [route] = plan('[[trigger.http]]\ncomponent = "a"\nroute = "/"').routes;
  assert.equal([route?.rawRoute, route?.matchedRoute, route?.pattern], ['/', '', []]);
});

http('orders routes of all triggers, and private ones last', () => {
  const trigger = (route: string) => `[[trigger.http]]\ncomponent = "a"\nroute = ${route}\n`;
  const text = ['{ private = true }', '"/..."', '"/:x"', '"/foo"'].map(trigger).join('');
  const { routes, errors } = plan(text);
  assert.equal(errors, []);
  assert.equal(
    routes.map(({ rawRoute, pattern }) => (pattern ? rawRoute : 'private')),
    ['/foo', '/:x', '/...', 'private'],
  );
});

http('keeps private routes whose triggers have one id', () => {
  const trigger = (component: string) =>
    `[[trigger.http]]\nid = "t"\ncomponent = "${component}"\nroute = { private = true }\n`;
  assert.equal(
    plan(trigger('a') + trigger('b')).routes.map(({ target }) => target),
    [
      { tag: 'component', val: 'a' },
      { tag: 'component', val: 'b' },
    ],
  );
});

http('keeps the last of several triggers with the same route, the others for the app alone, and says so', () => {
  const trigger = (component: string) => `[[trigger.http]]\ncomponent = "${component}"\nroute = "/x"\n`;
  const { routes, warnings } = plan(trigger('a') + trigger('b'));
  assert.equal(
    routes.map(({ target, pattern }) => [target, pattern !== undefined]),
    [
      [{ tag: 'component', val: 'b' }, true],
      [{ tag: 'component', val: 'a' }, false],
    ],
  );
  assert.equal(warnings, ['8:9 route "/x" replaces the same route of trigger `a-http-trigger`']);
});

http('keeps routes that only match the same paths, the first one first', () => {
  const trigger = (route: string, component: string) =>
    `[[trigger.http]]\ncomponent = "${component}"\nroute = "${route}"\n`;
  const { routes, warnings } = plan(trigger('/x', 'a') + trigger('x/', 'b'));
  assert.equal(
    routes.map(({ rawRoute }) => rawRoute),
    ['/x', 'x/'],
  );
  assert.equal(warnings, []);
});

http('plans static responses', () => {
  const { routes, errors } = plan(
    '[[trigger.http]]\nid = "s"\nroute = "/s"\nstatic_response = { status_code = 302, headers = { location = "/é" }, body = "bye" }',
  );
  assert.equal(errors, []);
  assert.equal(
    routes.map(({ triggerId, target }) => [triggerId, target]),
    [
      [
        's',
        {
          tag: 'static-response',
          val: { status: 302, headers: [['location', '/é']], body: new TextEncoder().encode('bye') },
        },
      ],
    ],
  );
});

http('answers 200 and nothing where a static response says no more', () => {
  const [route] = plan('[[trigger.http]]\nroute = "/s"\nstatic_response = {}').routes;
  assert.equal(route?.target, { tag: 'static-response', val: { status: 200, headers: [], body: new Uint8Array() } });
});

const executors: [text: string, executor: string, argv: string | undefined][] = [
  ['{ type = "http" }', 'http', undefined],
  ['{ type = "spin" }', 'http', undefined],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the executor's own template
  ['{ type = "wagi" }', 'wagi', '${SCRIPT_NAME} ${ARGS}'],
  ['{ type = "wagi", argv = "x y", entrypoint = "_start" }', 'wagi', 'x y'],
];
for (const [text, executor, argv] of executors) {
  http(`reads executor ${text}`, () => {
    const { routes, errors } = plan(`[[trigger.http]]\ncomponent = "a"\nroute = "/"\nexecutor = ${text}`);
    assert.equal([errors, routes[0]?.executor, routes[0]?.argv], [[], executor, argv]);
  });
}

http('only warns of fields that the executor does not have, as Spin takes no notice of them', () => {
  const text = '[[trigger.http]]\ncomponent = "a"\nroute = "/"\nexecutor = { type = "spin", argv = "x" }\n';
  const { errors, warnings } = plan(text);
  assert.equal([errors, warnings], [[], ['6:29 unknown field `argv`']]);
});

http('uses the last executor of a component for all its routes, as Spin does', () => {
  const trigger = (route: string, executor: string) =>
    `[[trigger.http]]\ncomponent = "a"\nroute = "${route}"\nexecutor = { type = "${executor}" }\n`;
  const { routes, warnings } = plan(trigger('/x', 'http') + trigger('/y', 'wagi'));
  assert.equal(
    routes.map(({ rawRoute, executor }) => [rawRoute, executor]),
    [
      ['/x', 'wagi'],
      ['/y', 'wagi'],
    ],
  );
  assert.is(warnings.length, 1);
});

/** Errors of one trigger; its fields start in line 4. */
const errors: [why: string, fields: string, problems: string[]][] = [
  [
    'neither component nor static response',
    'route = "/"',
    ['3:11 triggers must specify either `component` or `static_response`: `http-trigger1` has neither'],
  ],
  [
    'both of them',
    'route = "/"\ncomponent = "a"\nstatic_response = {}',
    ['3:11 triggers must specify either `component` or `static_response`: `a-http-trigger` has both'],
  ],
  ['no route', 'component = "a"', ['3:11 missing field `route`']],
  ['a route of another type', 'component = "a"\nroute = 1', ['5:9 expected a route or a table']],
  ['a malformed route', 'component = "a"\nroute = "/:"', ['5:9 route "/:": params must be named']],
  ['a private route that is none', 'component = "a"\nroute = { private = false }', ['5:21 `private` is false']],
  ['a private route without its word', 'component = "a"\nroute = {}', ['5:9 missing field `private`']],
  [
    'an unknown field of a private route',
    'component = "a"\nroute = { private = true, path = "/" }',
    ['5:27 unknown field `path`'],
  ],
  ['an unknown field', 'component = "a"\nroute = "/"\nmethod = "GET"', ['6:1 unknown field `method`']],
  [
    'an unknown executor',
    'component = "a"\nroute = "/"\nexecutor = { type = "fcgi" }',
    ['6:21 unknown executor "fcgi"'],
  ],
  [
    'the executor of an earlier WASI 0.3',
    'component = "a"\nroute = "/"\nexecutor = { type = "wasip3-unstable" }',
    ['6:21 unknown executor "wasip3-unstable"'],
  ],
  ['an executor without type', 'component = "a"\nroute = "/"\nexecutor = {}', ['6:12 missing field `type`']],
  [
    'another entry point of wagi',
    'component = "a"\nroute = "/"\nexecutor = { type = "wagi", entrypoint = "main" }',
    ['6:42 `entrypoint` is not supported'],
  ],
  [
    'a status code out of range',
    'route = "/"\nstatic_response = { status_code = 99 }',
    ['5:35 99 is not a status code'],
  ],
  [
    'what is no header name',
    'route = "/"\nstatic_response = { headers = { "a b" = "x" } }',
    ['5:33 "a b" is not a header name'],
  ],
  [
    'what is no header value',
    'route = "/"\nstatic_response = { headers = { a = "x\\ny" } }',
    ['5:37 not a value for header "a"'],
  ],
];
for (const [why, fields, problems] of errors) {
  http(`refuses ${why}`, () => assert.equal(plan(`[[trigger.http]]\n${fields}`).errors, problems));
}

http('warns of unknown fields of a static response, which Spin takes', () => {
  const { errors, warnings } = plan('[[trigger.http]]\nroute = "/"\nstatic_response = { status = 302 }');
  assert.equal([errors, warnings], [[], ['5:21 unknown field `status`']]);
});

http('warns of routes that the host answers itself', () => {
  const { warnings } = plan('[[trigger.http]]\ncomponent = "a"\nroute = "/.well-known/spin/health"');
  assert.equal(warnings, ['5:9 routes below `/.well-known/spin/` are never reached']);
});

http.run();
