import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAddress, formatSocketPath, parseAddress, SOCKET_DIRECTORY, socketSeed } from './address.ts';

const digest = 'f'.repeat(64);

const seed = suite('socketSeed');

seed('differs by containerd, namespace and group', () => {
  const seeds = [
    socketSeed('/a', 'b', 'c'),
    socketSeed('/x', 'b', 'c'),
    socketSeed('/a', 'x', 'c'),
    socketSeed('/a', 'b', 'x'),
  ];
  assert.is(new Set(seeds).size, 4);
});

seed.run();

const path = suite('formatSocketPath');

path('puts the digest into the folder', () => {
  assert.is(formatSocketPath(SOCKET_DIRECTORY, digest), `/run/containerd/s/${digest}`);
});

path('refuses a folder that leaves no room, and takes the longest that does', () => {
  assert.is(formatSocketPath(`/${'d'.repeat(40)}`, digest).length, 106);
  assert.throws(() => formatSocketPath(`/${'d'.repeat(41)}`, digest), /107 bytes, a socket takes 106/);
  assert.throws(() => formatSocketPath(`/${'ö'.repeat(21)}`, digest), RangeError);
});

path.run();

const address = suite('formatAddress and parseAddress');

address("are each other's inverse", () => {
  assert.is(parseAddress(formatAddress('/run/s')), '/run/s');
});

address('accept an address as it stands in a file or variable', () => {
  assert.is(parseAddress('unix:///run/s\n'), '/run/s');
  assert.is(parseAddress('/run/containerd/containerd.sock.ttrpc'), '/run/containerd/containerd.sock.ttrpc');
});

address.run();
