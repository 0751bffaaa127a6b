import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RouteSegment } from '../../host/gen/runtime.ts';
import { openCompiled } from '../../host/plan/testing/compiled.ts';
import { compareRoutes, normalizeRoute, parseRoute } from './route.ts';

const compiled = await openCompiled();

const normalize = suite('normalizeRoute');
for (const [route, expected] of [
  ['/', ''],
  ['', ''],
  ['foo', '/foo'],
  ['/foo', '/foo'],
  ['/foo/', '/foo'],
  ['/foo//', '/foo/'],
  ['/...', '/...'],
] as const) {
  normalize(`${JSON.stringify(route)} becomes ${JSON.stringify(expected)}`, () => {
    assert.is(normalizeRoute(route), expected);
  });
}
normalize.run();

/** Writes segments so that a table can be read: exact parts in quotes. */
function show(segments: readonly RouteSegment[]): string {
  const texts = { slash: '/', dot: '.', wildcard: '*' };
  return segments
    .map((segment) => {
      if (segment.tag === 'exact') return `'${segment.val}'`;
      return segment.tag === 'param' ? `:${segment.val}` : texts[segment.tag];
    })
    .join(' ');
}

function parse(route: string): RouteSegment[] {
  const segments = parseRoute(normalizeRoute(route));
  if ('message' in segments) throw new Error(segments.message);
  return segments;
}

const parsing = suite('parseRoute');

const routes: [route: string, segments: string][] = [
  ['/', ''],
  ['/...', '*'],
  ['/*', '*'],
  ['/foo', "'foo'"],
  ['/foo/bar', "'foo' / 'bar'"],
  ['/foo//bar', "'foo' / 'bar'"],
  ['//foo//', "'foo'"],
  ['/foo/...', "'foo' / *"],
  ['/foo/*', "'foo' / *"],
  ['/:name', ':name'],
  ['/:a/x/:b', ":a / 'x' / :b"],
  ['/:a.:b', ':a . :b'],
  ['/file.:ext', "'file.' :ext"],
  ['/a.b.c', "'a.' 'b.' 'c'"],
  ['/a..b', "'a..' 'b'"],
  ['/a.', "'a.'"],
  ['/.well-known/x', ". 'well-known' / 'x'"],
  ['/a/.b', "'a' / . 'b'"],
  ['/foo...', "'foo...'"],
  ['/a*', "'a*'"],
  ['/:a*', ':a*'],
];
for (const [route, segments] of routes) parsing(`takes ${route}`, () => assert.is(show(parse(route)), segments));

const malformed: [route: string, problem: RegExp][] = [
  ['/:', /params must be named/],
  ['/a/:/b', /params must be named/],
  ['/*rest', /wildcard "\*rest" has a name/],
  ['/*/b', /not at the end/],
  ['/*.b', /not at the end/],
];
for (const [route, problem] of malformed) {
  parsing(`refuses ${route}`, () => assert.throws(() => parse(route), problem));
}

parsing.run();

const order = suite('compareRoutes');

/** Routes in the order in which they are tried, and why. */
const orders: [why: string, routes: string[]][] = [
  ['an exact segment before a param before a wildcard', ['/foo', '/:a', '/...']],
  ['the leftmost difference decides', ['/foo/...', '/:x/bar']],
  ['also against a longer exact tail', ['/foo/...', '/:x/bar/baz']],
  ['deeper wildcards first', ['/a/b/c/...', '/a/b/...', '/a/...', '/...']],
  ['an exact route before its wildcard', ['/a', '/a/...']],
  ['more dots first', ['/:a.:b', '/:a/:b']],
  ['shorter first', ['/:a', '/:a/:b']],
  ['the same rank in the order of declaration', ['/foo', '/bar', '/baz']],
  ['the same rank whatever the params are called', ['/:a', '/:b']],
];
for (const [why, expected] of orders) {
  order(`${why}: ${expected.join(', ')}`, () => {
    const sorted = (list: string[]) => [...list].sort((a, b) => compareRoutes(parse(a), parse(b)));
    assert.equal(sorted(expected), expected);
    const first = parse(expected[0] ?? '');
    const last = parse(expected.at(-1) ?? '');
    const isTie = compareRoutes(first, last) === 0;
    if (!isTie) assert.equal(sorted([...expected].reverse()), expected);
    assert.is(Math.sign(compareRoutes(first, last)), -Math.sign(compareRoutes(last, first)) || 0);
  });
}

order.run();

/** Plans an app with these routes in the compiled component; gives what is wrong with them instead. */
function planCompiled(list: readonly string[]) {
  const triggers = list.map((route) => `[[trigger.http]]\nroute = "${route}"\nstatic_response = {}\n`).join('');
  const text = `spin_manifest_version = 2\napplication = { name = "app" }\n${triggers}`;
  const plan = compiled.planApp({ tag: 'manifest', val: { name: 'f', text } }, { retain: [] });
  if (Array.isArray(plan)) return plan.map(({ message }) => message).join('\n');
  return plan.triggers.flatMap(({ val }) => val.routes);
}

const component = suite('the compiled component');

component('takes every route that the sources take, in the same segments', () => {
  const planned = planCompiled(routes.map(([route]) => route));
  assert.ok(typeof planned !== 'string', String(planned));
  const found = planned.map(({ rawRoute, pattern }): [string, string] => [rawRoute, show(pattern ?? [])]);
  assert.equal(found.sort(), [...routes].sort());
});

for (const [route, problem] of malformed) {
  component(`refuses ${route}`, () => assert.match(String(planCompiled([route])), problem));
}

for (const [why, expected] of orders) {
  component(`tries ${expected.join(', ')} in this order: ${why}`, () => {
    const isTie = compareRoutes(parse(expected[0] ?? ''), parse(expected.at(-1) ?? '')) === 0;
    const planned = planCompiled(isTie ? expected : [...expected].reverse());
    assert.ok(typeof planned !== 'string', String(planned));
    assert.equal(
      planned.map(({ rawRoute }) => rawRoute),
      expected,
    );
  });
}

component.run();
