import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostRule } from '../../host/gen/runtime.ts';
import { type HostProblem, parseAllowedHost } from './allowed-host.ts';

const allowed = suite('parseAllowedHost');

/** Writes a rule as `scheme host port`, so that a table can be read. */
function show(rule: HostRule | HostProblem): string {
  if ('message' in rule) return `! ${rule.message}`;
  const host =
    rule.host.tag === 'cidr' ? `${[...rule.host.val[0]]}/${rule.host.val[1]}` : 'val' in rule.host ? rule.host.val : '';
  const port = rule.port.tag === 'any' ? '*' : String(rule.port.val);
  return `${rule.scheme ?? '*'} ${rule.host.tag}${host === '' ? '' : `(${host})`} ${port}`;
}

const cases: [entry: string, rule: string, why: string][] = [
  ['https://example.com', 'https exact(example.com) 443', 'takes the port of the scheme'],
  ['http://example.com', 'http exact(example.com) 80', 'takes the port of http'],
  ['postgres://db', 'postgres exact(db) 5432', 'takes the port of postgres'],
  ['mysql://db', 'mysql exact(db) 3306', 'takes the port of mysql'],
  ['redis://db', 'redis exact(db) 6379', 'takes the port of redis'],
  ['mqtt://broker', 'mqtt exact(broker) 1883', 'takes the port of mqtt'],
  ['tcp://example.com', '! scheme "tcp" has no default port', 'wants a port for other schemes'],
  ['*://example.com', '! scheme "*" has no default port', 'wants a port for any scheme'],
  ['*://*:*', '* any *', 'takes a wildcard for each part'],
  ['https://example.com/', 'https exact(example.com) 443', 'allows one trailing slash'],
  ['https://example.com:8443/', 'https exact(example.com) 8443', 'allows it after a port'],
  ['  https://example.com  ', 'https exact(example.com) 443', 'ignores white space around it'],
  ['https://Example.COM', 'https exact(example.com) 443', 'lowers the host'],
  ['https://example.com/a', '! "https://example.com/a" has a path but is not allowed to', 'refuses a path'],
  [
    'https://example.com:443/a',
    '! "https://example.com:443/a" has a path but is not allowed to',
    'refuses a path after a port',
  ],
  ['example.com', '! "example.com" has no scheme', 'refuses an entry without a scheme'],
  ['*', '! "*" has no scheme', 'refuses a lone wildcard'],
  ['insecure:allow-all', '! `insecure:allow-all` is not allowed', 'refuses the old word for everything'],
  ['{http,https}://a', '! scheme lists are not supported', 'refuses lists of schemes'],
  ['h2://a:1', '! scheme "h2" contains a character that is not a letter', 'refuses digits in a scheme'],
  ['://a:1', '! scheme "" contains a character that is not a letter', 'refuses an empty scheme'],
  ['http://self', 'http self-host 80', 'knows the app itself'],
  ['http://self.alt', 'http self-host 80', 'knows its other name'],
  ['https://*.example.com', 'https subdomain(example.com) 443', 'takes a wildcard in front'],
  ['https://a.*.com', '! host "a.*.com" has a wildcard in its middle', 'refuses one elsewhere'],
  ['https://*.*.com', '! host "*.*.com" has a wildcard in its middle', 'refuses two'],
  ['https://{a,b}', '! host lists are not supported', 'refuses lists of hosts'],
  ['https://', '! "https://" has no host, or a malformed one', 'refuses an empty host'],
  ['https://a:b:1', '! port "b:1" is not a port', 'refuses two colons'],
  ['http://10.1.2.3/8', 'http cidr(10,0,0,0/8) 80', 'clears the host bits of a network'],
  ['http://10.1.2.3/8:*', 'http cidr(10,0,0,0/8) *', 'takes a port after a network'],
  ['*://2001:db8:1::/32:*', '* cidr(32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,0/32) *', 'takes an IPv6 network'],
  [
    'http://10.0.0.0/33',
    '! "http://10.0.0.0/33" has a path but is not allowed to',
    'takes a prefix that is too long for a path',
  ],
  ['http://127.0.0.1:3000', 'http exact(127.0.0.1) 3000', 'takes an IPv4 address'],
  ['http://[::1]', 'http exact(::1) 80', 'takes an IPv6 address without a port'],
  ['http://[::1]:8080', 'http exact(::1) 8080', 'takes an IPv6 address with a port'],
  ['http://[::g]', '! "::g" is not an IPv6 address', 'refuses what is no address in brackets'],
  ['http://a:1..3', 'http exact(a) 1,3', 'takes a half-open range'],
  ['http://a:*', 'http exact(a) *', 'takes any port'],
  ['http://a:{1,2}', '! port lists are not supported', 'refuses lists of ports'],
  ['http://a:65536', '! port "65536" is not a port', 'refuses a port that is too large'],
  ['http://a:1..x', '! port "1..x" is not a port', 'refuses a malformed range'],
  ['http://a:', 'http exact(a) 80', 'takes an empty port for the default'],
];
for (const [entry, rule, why] of cases) {
  allowed(`${why}: ${entry}`, () => assert.is(show(parseAllowedHost(entry)), rule));
}

allowed.run();
