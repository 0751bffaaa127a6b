import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpRoute } from '../../gen/runtime.ts';
import { createChainedHeaders, createSpinHeaders, isSpinHeader } from './spin-headers.ts';

const target = {
  authority: 'example.com',
  path: '/base/path/end/rest',
  pathWithQuery: '/base/path/end/rest?key=value',
};
const route: HttpRoute = {
  triggerId: 't',
  target: { tag: 'component', val: 'c' },
  executor: 'http',
  rawRoute: '/base/:path_segment/:path_end/...',
  matchedRoute: '/base/:path_segment/:path_end/...',
  componentRoute: '/base/:path_segment/:path_end',
};
const match = {
  params: [
    ['path_segment', 'path'],
    ['Path_End', 'end'],
  ] as const,
  wildcard: 'rest',
};

/** Returns a flat list as an object; fails when a name comes twice. */
function objectOf(flat: readonly string[]): Record<string, string> {
  const names = flat.filter((_, index) => index % 2 === 0);
  assert.is(new Set(names).size, names.length);
  return Object.fromEntries(names.map((name, index) => [name, flat[index * 2 + 1] as string]));
}

const spinHeaders = suite('createSpinHeaders');

spinHeaders('says what matched, and how', () => {
  assert.equal(objectOf(createSpinHeaders(target, route, match, '10.0.0.1:1234')), {
    'spin-path-info': '/rest',
    'spin-full-url': 'http://example.com/base/path/end/rest?key=value',
    'spin-matched-route': '/base/:path_segment/:path_end/...',
    'spin-base-path': '/',
    'spin-raw-component-route': '/base/:path_segment/:path_end/...',
    'spin-component-route': '/base/:path_segment/:path_end',
    'spin-client-addr': '10.0.0.1:1234',
    'spin-path-match-path-segment': 'path',
    'spin-path-match-path-end': 'end',
  });
});

spinHeaders('writes text beyond ASCII as the bytes of UTF-8', () => {
  const headers = objectOf(createSpinHeaders({ ...target, pathWithQuery: '/é' }, route, match, ''));
  assert.is(headers['spin-full-url'], 'http://example.com/\xc3\xa9');
});

spinHeaders.run();

const chained = suite('createChainedHeaders');

chained('gives the whole path as path info and no client', () => {
  const headers = objectOf(createChainedHeaders(target));
  assert.is(headers['spin-path-info'], '/base/path/end/rest');
  assert.is(headers['spin-matched-route'], '/...');
  assert.is(headers['spin-client-addr'], '0.0.0.0:0');
});

chained.run();

const spinHeader = suite('isSpinHeader');

spinHeader('knows every header it creates', () => {
  const created = [...createSpinHeaders(target, route, match, ''), ...createChainedHeaders(target)];
  for (const name of created.filter((_, index) => index % 2 === 0)) assert.ok(isSpinHeader(name), name);
});

spinHeader('leaves an app its own headers', () => assert.not.ok(isSpinHeader('spin-own')));

spinHeader.run();
