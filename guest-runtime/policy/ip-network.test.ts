import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseIpNetwork, parseIpv4, parseIpv6 } from './ip-network.ts';

const network = suite('parseIpNetwork');

const networks: [text: string, bytes: number[], prefixLength: number][] = [
  ['10.1.2.3/8', [10, 0, 0, 0], 8],
  ['10.255.2.3/9', [10, 128, 0, 0], 9],
  ['192.168.1.77/32', [192, 168, 1, 77], 32],
  ['1.2.3.4/0', [0, 0, 0, 0], 0],
  ['::1/128', [...new Array(15).fill(0), 1], 128],
  ['[fe80::1]/10', [0xfe, 0x80, ...new Array(14).fill(0)], 10],
];
for (const [text, bytes, prefixLength] of networks) {
  network(`clears the host bits: ${text}`, () => {
    assert.equal(parseIpNetwork(text), { address: Uint8Array.from(bytes), prefixLength });
  });
}

for (const text of [
  '10.0.0.0',
  '10.0.0.0/33',
  '::1/129',
  'example.com/8',
  '10.0.0/8',
  '10.0.0.0/',
  '/8',
  '10.0.0.0/8/8',
]) {
  network(`is not ${JSON.stringify(text)}`, () => assert.is(parseIpNetwork(text), undefined));
}

network.run();

const ipv4 = suite('parseIpv4');
ipv4('takes four decimal bytes', () => assert.equal(parseIpv4('1.22.0.255'), Uint8Array.of(1, 22, 0, 255)));
for (const text of ['1.2.3', '1.2.3.256', '01.2.3.4', '1.2.3.x', '']) {
  ipv4(`is not ${JSON.stringify(text)}`, () => assert.is(parseIpv4(text), undefined));
}
ipv4.run();

const ipv6 = suite('parseIpv6');
const addresses: [text: string, hex: string][] = [
  ['::', '00000000000000000000000000000000'],
  ['1::', '00010000000000000000000000000000'],
  ['2001:DB8::ff', '20010db80000000000000000000000ff'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
  ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
];
for (const [text, hex] of addresses) ipv6(`takes ${text}`, () => assert.is(parseIpv6(text)?.toHex(), hex));
for (const text of [
  '',
  '1:2',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7:8::',
  ':1',
  'g::',
  '1.2.3.4::',
]) {
  ipv6(`is not ${JSON.stringify(text)}`, () => assert.is(parseIpv6(text), undefined));
}
ipv6.run();
