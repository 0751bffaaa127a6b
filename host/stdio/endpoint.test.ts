import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code, hasCode } from '../ttrpc/status.ts';
import { parseEndpoint } from './endpoint.ts';

const endpoints = suite('parseEndpoint');

const table: readonly (readonly [string, object])[] = [
  ['', { kind: 'none' }],
  ['/run/containerd/fifo/1/c-stdout', { kind: 'fifo', path: '/run/containerd/fifo/1/c-stdout' }],
  ['fifo:///run/x', { kind: 'fifo', path: '/run/x' }],
  ['file:///var/log/a%20b.log', { kind: 'file', path: '/var/log/a b.log' }],
  ['binary:///bin/log', { kind: 'logger', path: '/bin/log', args: [], mustConfirm: false }],
  [
    'binary:///bin/log?key=value&flag=&key=other',
    { kind: 'logger', path: '/bin/log', args: ['key', 'value', 'flag', 'key', 'other'], mustConfirm: false },
  ],
  ['binary-v2:///bin/log', { kind: 'logger', path: '/bin/log', args: [], mustConfirm: true }],
];
for (const [value, expected] of table) {
  endpoints(`parses "${value}"`, () => assert.equal(parseEndpoint(value), expected));
}

const refusals: readonly (readonly [string, Code])[] = [
  ['streaming://id', Code.UNIMPLEMENTED],
  ['streaming:///id', Code.UNIMPLEMENTED],
  ['file://', Code.INVALID_ARGUMENT],
  ['://', Code.INVALID_ARGUMENT],
];
for (const [value, code] of refusals) {
  endpoints(`refuses "${value}" with ${code}`, () => {
    try {
      parseEndpoint(value);
      assert.unreachable();
    } catch (error) {
      assert.ok(hasCode(error, code), String(error));
    }
  });
}

endpoints.run();
