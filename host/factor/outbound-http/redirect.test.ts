import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findRedirect } from './redirect.ts';
import type { SpinMethod, SpinRequest } from './spin-http.ts';

const URL_SENT = new URL('http://example.com/a/b?c');

const HEADERS: SpinRequest['headers'] = [
  ['Content-Type', 'text/plain'],
  ['Authorization', 'x'],
  ['Cookie', 'y'],
  ['X', 'z'],
];

function follow(status: number, location: string | undefined, method: SpinMethod = 'post') {
  const body = new Uint8Array(1);
  const found = findRedirect(
    { method, uri: URL_SENT.href, headers: HEADERS, params: [], body },
    URL_SENT,
    status,
    location,
  );
  if (found === undefined) return undefined;
  return [found.method, found.uri, found.headers.map(([name]) => name).join(' '), found.body?.length ?? 0];
}

const redirect = suite('findRedirect');

for (const [status, method, found] of [
  [301, 'post', ['get', 'http://example.com/x', 'Authorization Cookie X', 0]],
  [302, 'put', ['get', 'http://example.com/x', 'Authorization Cookie X', 0]],
  [303, 'delete', ['get', 'http://example.com/x', 'Authorization Cookie X', 0]],
  [301, 'get', ['get', 'http://example.com/x', 'Content-Type Authorization Cookie X', 1]],
  [303, 'head', ['head', 'http://example.com/x', 'Content-Type Authorization Cookie X', 1]],
  [307, 'post', ['post', 'http://example.com/x', 'Content-Type Authorization Cookie X', 1]],
  [308, 'put', ['put', 'http://example.com/x', 'Content-Type Authorization Cookie X', 1]],
] as const) {
  redirect(`makes ${found[0]} of ${method} for ${status}`, () => {
    assert.equal(follow(status, '/x', method), found);
  });
}

for (const [location, uri] of [
  ['d', 'http://example.com/a/d'],
  ['?e', 'http://example.com/a/b?e'],
  ['//example.com/f', 'http://example.com/f'],
]) {
  redirect(`resolves ${location}`, () => {
    assert.is(follow(307, location)?.[1], uri);
  });
}

for (const location of ['https://example.com/', 'http://example.com:81/', 'http://example.org/']) {
  redirect(`leaves credentials behind on the way to ${location}`, () => {
    assert.equal(follow(307, location), ['post', location, 'Content-Type X', 1]);
  });
}

for (const [status, location] of [
  [200, '/x'],
  [300, '/x'],
  [304, '/x'],
  [302, undefined],
  [302, 'http://'],
  [302, 'ftp://example.com/'],
] as const) {
  redirect(`takes ${status} to ${location} for the answer`, () => {
    assert.is(follow(status, location), undefined);
  });
}

redirect.run();
