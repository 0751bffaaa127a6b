import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllowedHost } from '../../../guest-runtime/policy/allowed-host.ts';
import { isAllowed, SELF } from './permission.ts';

const permission = suite('isAllowed');

function allows(entry: string, scheme: string, host: string, port: number): boolean {
  const rule = parseAllowedHost(entry);
  if ('message' in rule) throw new Error(rule.message);
  return isAllowed([rule], { scheme, host, port });
}

for (const [entry, scheme, host, port] of [
  ['https://example.com', 'https', 'example.com', 443],
  ['http://example.com:8080', 'http', 'example.com', 8080],
  ['*://*:*', 'https', 'anything', 1],
  ['*://*:*', 'http', SELF, 0],
  ['http://*.example.com', 'http', 'a.b.example.com', 80],
  ['http://example.com:80..90', 'http', 'example.com', 80],
  ['http://example.com:80..90', 'http', 'example.com', 89],
  ['http://10.0.0.0/8', 'http', '10.255.0.1', 80],
  ['http://10.0.0.0/9', 'http', '10.127.0.1', 80],
  ['*://0.0.0.0/0:*', 'http', '1.2.3.4', 5],
  ['http://[2001:db8::]/32', 'http', '2001:db8::1', 80],
  ['http://[::1]', 'http', '::1', 80],
  ['http://self', 'http', SELF, 0],
] as const) {
  permission(`${entry} allows ${scheme}://${host}:${port}`, () => assert.ok(allows(entry, scheme, host, port)));
}

for (const [entry, scheme, host, port] of [
  ['https://example.com', 'http', 'example.com', 443],
  ['https://example.com', 'https', 'example.com', 444],
  ['https://example.com', 'https', 'www.example.com', 443],
  ['http://*.example.com', 'http', 'example.com', 80],
  ['http://*.example.com', 'http', 'badexample.com', 80],
  ['http://example.com:80..90', 'http', 'example.com', 90],
  ['http://10.0.0.0/9', 'http', '10.128.0.1', 80],
  ['http://10.0.0.0/8', 'http', 'ten.example.com', 80],
  ['http://10.0.0.0/8', 'http', '2001:db8::1', 80],
  ['http://self', 'http', 'example.com', 80],
  ['http://example.com', 'http', SELF, 0],
] as const) {
  permission(`${entry} does not allow ${scheme}://${host}:${port}`, () =>
    assert.not.ok(allows(entry, scheme, host, port)),
  );
}

permission('nothing is allowed without a rule', () =>
  assert.not.ok(isAllowed([], { scheme: 'http', host: 'example.com', port: 80 })),
);

permission.run();
