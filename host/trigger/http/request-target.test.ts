import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRequestTarget } from './request-target.ts';

const target = suite('parseRequestTarget');

for (const [line, host, authority, path, pathWithQuery] of [
  ['/', 'example.com', 'example.com', '/', '/'],
  ['/a/b?c=d', 'example.com:8080', 'example.com:8080', '/a/b', '/a/b?c=d'],
  ['/a%2Fb', 'x', 'x', '/a%2Fb', '/a%2Fb'],
  ['/?', 'x', 'x', '/', '/?'],
  ['//a//b/', 'x', 'x', '//a//b/', '//a//b/'],
  ['/@a:b', 'x', 'x', '/@a:b', '/@a:b'],
  ['http://example.com/a?b', undefined, 'example.com', '/a', '/a?b'],
  ['http://example.com', 'example.com', 'example.com', '/', '/'],
  ['http://example.com?b', undefined, 'example.com', '/', '/?b'],
  ['http://EXAMPLE.com/', 'example.com', 'EXAMPLE.com', '/', '/'],
  ['/a?b#c', 'x', 'x', '/a', '/a?b'],
  ['/a#b', '[::1]:80', '[::1]:80', '/a', '/a'],
  ['http://example.com/a#b', 'example.com', 'example.com', '/a', '/a'],
  ['/', 'my_service.name-space:', 'my_service.name-space:', '/', '/'],
  ['*', 'x', 'x', '*', '*'],
  ['/caf\xc3\xa9', 'x', 'x', '/café', '/café'],
] as const) {
  target(`${line} to ${host} is ${pathWithQuery} at ${authority}`, () =>
    assert.equal(parseRequestTarget(line, host), { authority, path, pathWithQuery }),
  );
}

for (const [why, line, host] of [
  ['there is no Host header', '/', undefined],
  ['the Host header is empty', '/', ''],
  ['the Host header claims a component of the app', '/', 'hello.spin.internal'],
  ['the Host header claims a component, in capitals and with a port', '/', 'Hello.Spin.Internal:80'],
  ['the target claims a component of the app', 'http://hello.spin.internal/', undefined],
  ['target and Host header differ', 'http://a/', 'b'],
  ['the Host header has a path', '/', 'a/b'],
  ['the Host header has a query', '/', 'a?b'],
  ['the Host header has a fragment', '/', 'a#b'],
  ['the Host header has a space', '/', 'a b'],
  ['the Host header has a user', '/', 'me@a'],
  ['the Host header has a port that is none', '/', 'a:b'],
  ['the Host header has half an address', '/', '[::1'],
  ['the target has a user', 'http://me:secret@a/', undefined],
  ['the target is no path', 'example.com:80', 'example.com'],
] as const) {
  target(`refuses when ${why}`, () => assert.is(parseRequestTarget(line, host), undefined));
}

target.run();
