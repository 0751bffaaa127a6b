import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deniedSockets } from './sockets.ts';
import { thrownBy } from './testing/thrown.ts';

const sockets = suite('deniedSockets');

const tcp = deniedSockets['wasi:sockets/tcp-create-socket@0.2'].createTcpSocket('ipv6');
const udp = deniedSockets['wasi:sockets/udp-create-socket@0.2'].createUdpSocket('ipv4');

sockets('make sockets of either family that are ready for nothing', () => {
  assert.is(tcp.addressFamily(), 'ipv6');
  assert.is(udp.addressFamily(), 'ipv4');
  assert.ok(tcp.subscribe().ready());
  assert.not.ok(tcp.isListening());
});

for (const [what, call, code] of [
  ['bind TCP', () => tcp.startBind(), 'access-denied'],
  ['bind UDP', () => udp.startBind(), 'access-denied'],
  ['connect', () => tcp.startConnect(), 'access-denied'],
  ['finish a connect that never started', () => tcp.finishConnect(), 'not-in-progress'],
  ['open datagram streams', () => udp.stream(), 'access-denied'],
  [
    'look a name up',
    () => deniedSockets['wasi:sockets/ip-name-lookup@0.2'].resolveAddresses(),
    'permanent-resolver-failure',
  ],
] as const) {
  sockets(`answer ${code} to ${what}`, () => assert.is(thrownBy(call), code));
}

sockets.run();
