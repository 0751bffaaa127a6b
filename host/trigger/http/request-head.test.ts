import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRequestHead } from './request-head.ts';

const head = suite('createRequestHead');

head('lowers names and keeps order and duplicates', () => {
  const { headers } = createRequestHead(['X-B', '1', 'x-a', '2', 'X-b', '3']);
  assert.equal(headers, ['x-b', '1', 'x-a', '2', 'x-b', '3']);
});

head('leaves out what belongs to the connection', () => {
  const raw = ['Connection', 'close', 'Keep-Alive', '1', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c', 'A', 'b'];
  assert.equal(createRequestHead(raw).headers, ['a', 'b']);
});

head('leaves out headers that only the host may set', () => {
  const raw = ['Spin-Path-Info', '/', 'spin-path-match-id', '1', 'spin-client-addr', 'x', 'spin-own', 'y'];
  assert.equal(createRequestHead(raw).headers, ['spin-own', 'y']);
});

head('finds the first Host header and keeps it', () => {
  const { host, headers } = createRequestHead(['Host', 'a', 'host', 'b']);
  assert.is(host, 'a');
  assert.equal(headers, ['host', 'a', 'host', 'b']);
});

head('shows nobody a Host header that claims to be of a component of an app', () => {
  const { host, headers } = createRequestHead(['Host', 'a.spin.internal', 'A', 'b', 'Host', 'c']);
  assert.equal([host, headers], ['c', ['a', 'b', 'host', 'c']]);
});

for (const [raw, expected] of [
  [[], false],
  [['Content-Length', '0'], false],
  [['Content-Length', '3'], true],
  [['Transfer-Encoding', 'chunked'], true],
] as const) {
  head(`${raw.join(' ') || 'no header'} means ${expected ? 'a' : 'no'} body`, () =>
    assert.is(createRequestHead(raw).hasBody, expected),
  );
}

head.run();
