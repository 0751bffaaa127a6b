import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatListenAddress, parseListenAddress } from './listen-address.ts';

const parse = suite('parseListenAddress');

for (const [text, hostname, port] of [
  [undefined, '0.0.0.0', 80],
  ['127.0.0.1:3000', '127.0.0.1', 3000],
  ['localhost:0', 'localhost', 0],
  ['[::]:8080', '::', 8080],
] as const) {
  parse(`reads ${text}`, () => assert.equal(parseListenAddress(text), { hostname, port }));
}

for (const text of ['', '80', ':80', '127.0.0.1', '127.0.0.1:65536', '127.0.0.1:x', '::1:80', 'http://a:80']) {
  parse(`refuses ${JSON.stringify(text)} and quotes it`, () =>
    assert.throws(() => parseListenAddress(text), new RegExp(`SPIN_HTTP_LISTEN_ADDR=${JSON.stringify(text)}`)),
  );
}

parse.run();

const format = suite('formatListenAddress');

format('puts an IPv6 address in brackets', () =>
  assert.is(formatListenAddress({ hostname: '::', port: 80 }), '[::]:80'),
);
format('leaves others as they are', () =>
  assert.is(formatListenAddress({ hostname: '0.0.0.0', port: 80 }), '0.0.0.0:80'),
);

format.run();
