import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertAllowedHttpHost } from './allowed-http-host.ts';

const convert = suite('convertAllowedHttpHost');

const cases: [entry: string, entries: string[] | undefined][] = [
  ['insecure:allow-all', ['http://*:*', 'https://*:*', 'http://self']],
  ['self', ['http://self']],
  ['example.com', ['http://example.com', 'https://example.com']],
  ['example.com:8080', ['http://example.com:8080', 'https://example.com:8080']],
  ['https://example.com', ['http://example.com', 'https://example.com']],
  ['https://example.com/', ['http://example.com', 'https://example.com']],
  ['http://example.com:8080', ['http://example.com:8080', 'https://example.com:8080']],
  ['example.com:80', ['http://example.com', 'https://example.com']],
  ['https://example.com:443', ['http://example.com', 'https://example.com']],
  ['https://example.com:80', ['http://example.com:80', 'https://example.com:80']],
  ['[::1]:8080', ['http://[::1]:8080', 'https://[::1]:8080']],
  ['http://self', ['http://self']],
  ['ftp://example.com', undefined],
  ['https://example.com/path', undefined],
  ['example.com/path', undefined],
  ['', undefined],
];
for (const [entry, entries] of cases) {
  convert(`${JSON.stringify(entry)} becomes ${JSON.stringify(entries ?? null)}`, () => {
    assert.equal(convertAllowedHttpHost(entry), entries);
  });
}

convert.run();
