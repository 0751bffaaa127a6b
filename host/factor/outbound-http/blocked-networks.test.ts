import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseIpNetwork } from '../../../guest-runtime/policy/ip-network.ts';
import { createBlock } from './blocked-networks.ts';

const block = suite('createBlock');

block('is nothing where nothing is blocked', () => {
  assert.is(createBlock({ networks: [], hasPrivate: false }), null);
});

const networks = ['123.123.0.0/16', '2001:470::/32'].flatMap((text) => parseIpNetwork(text) ?? []);
for (const [address, isBlocked] of [
  ['123.123.4.5', true],
  ['123.124.4.5', false],
  ['::ffff:123.123.4.5', true],
  ['::123.123.4.5', true],
  ['2001:470::1', true],
  ['2001:471::1', false],
  ['10.0.0.1', false],
  ['example.com', false],
] as const) {
  block(`${isBlocked ? 'blocks' : 'lets through'} ${address}`, () => {
    assert.is(createBlock({ networks, hasPrivate: false })?.(address), isBlocked);
  });
}

const PRIVATE = ['0.0.0.0', '10.10.10.10', '100.64.1.1', '127.0.0.1', '169.254.0.1', '172.31.0.1', '192.0.0.1'];
for (const address of [
  ...PRIVATE,
  '192.168.1.1',
  '224.0.0.1',
  '::',
  '::1',
  '::ffff:10.10.10.10',
  'fc00::f00d',
  'fe80::1',
]) {
  block(`takes ${address} for private`, () => {
    assert.is(createBlock({ networks: [], hasPrivate: true })?.(address), true);
  });
}
for (const address of ['1.1.1.1', '123.123.123.123', '2600::beef', '2001:4860:4860::8888']) {
  block(`takes ${address} for public`, () => {
    assert.is(createBlock({ networks: [], hasPrivate: true })?.(address), false);
  });
}

block.run();
