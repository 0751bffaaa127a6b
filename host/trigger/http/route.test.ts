import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpRoute, RouteSegment } from '../../gen/runtime.ts';
import { findRoute, matchSegments, pathInfoOf } from './route.ts';

/** Reads a pattern as tests write it: `/users/:id/*`, with `.` as a separator of its own. */
function pattern(text: string): RouteSegment[] {
  return [...text.replace(/^\//, '').matchAll(/[/.*]|:?[^/.*]+/g)].map(([part]): RouteSegment => {
    if (part === '/') return { tag: 'slash' };
    if (part === '.') return { tag: 'dot' };
    if (part === '*') return { tag: 'wildcard' };
    return part.startsWith(':') ? { tag: 'param', val: part.slice(1) } : { tag: 'exact', val: part };
  });
}

function route(text: string): HttpRoute {
  return {
    triggerId: text,
    pattern: pattern(text),
    target: { tag: 'component', val: text },
    executor: 'http',
    rawRoute: text,
    matchedRoute: text,
    componentRoute: text,
  };
}

const segments = suite('matchSegments');

for (const [route, path, params, wildcard] of [
  ['/', '', {}],
  ['/hello', 'hello', {}],
  ['/a/b', 'a/b', {}],
  ['/a/b', 'a//b', {}],
  ['/:x', 'hello', { x: 'hello' }],
  ['/:x', 'a.b', { x: 'a.b' }],
  ['/:x', 'a%2Fb', { x: 'a%2Fb' }],
  ['/:x.:y', 'file.txt', { x: 'file', y: 'txt' }],
  ['/a/:x/b/:y', 'a/1/b/2', { x: '1', y: '2' }],
  ['/*', '', {}, ''],
  ['/*', 'a/b', {}, 'a/b'],
  ['/foo/*', 'foo', {}, ''],
  ['/foo/*', 'foo/a/b', {}, 'a/b'],
  ['/:x/*', 'a/b/c', { x: 'a' }, 'b/c'],
] as const) {
  segments(`${route} matches "${path}"`, () => {
    const match = matchSegments(pattern(route), path);
    assert.equal(match, { params: Object.entries(params), wildcard });
  });
}

for (const [route, path] of [
  ['/', 'hello'],
  ['/hello', ''],
  ['/hello', 'hello2'],
  ['/hello', 'Hello'],
  ['/hello', 'hello/there'],
  ['/:x', ''],
  ['/:x', 'a/b'],
  ['/:x.:y', 'file'],
  ['/:x.:y', '.txt'],
  ['/foo/*', 'foobar'],
  ['/foo/*', 'fo'],
  ['/a/:x/b', 'a//b'],
] as const) {
  segments(`${route} does not match "${path}"`, () => assert.is(matchSegments(pattern(route), path), undefined));
}

segments.run();

const find = suite('findRoute');

find('takes the first that matches, in the order of the plan', () => {
  const routes = [route('/users/me'), route('/users/:id'), route('/*')];
  const target = (path: string) => findRoute(routes, path)?.route.triggerId;
  assert.is(target('/users/me'), '/users/me');
  assert.is(target('/users/you'), '/users/:id');
  assert.is(target('/users'), '/*');
});

find('ignores slashes before and after the path', () => {
  for (const path of ['/foo', '/foo/', '//foo', '/foo//']) assert.ok(findRoute([route('/foo')], path), path);
});

find('finds the root under any number of slashes', () => {
  for (const path of ['/', '//', '']) assert.ok(findRoute([route('/')], path), path);
});

find('never finds a private route', () => {
  const { pattern: _, ...hidden } = route('/foo');
  assert.is(findRoute([hidden], '/foo'), undefined);
});

find('finds nothing where nothing matches', () => assert.is(findRoute([route('/foo')], '/bar'), undefined));

find.run();

const pathInfo = suite('pathInfoOf');

for (const [route, path, expected] of [
  ['/foo', '/foo', ''],
  ['/foo/*', '/foo', ''],
  ['/foo/*', '/foo/', '/'],
  ['/foo/*', '/foo/a/b', '/a/b'],
  ['/foo/*', '/foo/a/', '/a/'],
  ['/*', '/', '/'],
  ['/*', '/a', '/a'],
] as const) {
  pathInfo(`${route} leaves "${expected}" of ${path}`, () => {
    const match = matchSegments(pattern(route), path.replace(/^\/+|\/+$/g, ''));
    assert.is(match && pathInfoOf(match, path), expected);
  });
}

pathInfo.run();
