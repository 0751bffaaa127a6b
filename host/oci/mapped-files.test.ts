import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isLoader, mappedLibraries, nameOf, stemOf } from './mapped-files.ts';

const maps = `559a7d0ee000-559a7d0f0000 r--p 00000000 fe:00 131  /usr/local/bin/containerd-shim-spin-v2
7f7ccb7fe000-7f7ccb824000 r--p 00000000 fe:00 326269                     /usr/lib/x86_64-linux-gnu/libc.so.6
7f7ccb824000-7f7ccb97a000 r-xp 00026000 fe:00 326269                     /usr/lib/x86_64-linux-gnu/libc.so.6
7f7ccba00000-7f7ccba99000 r--p 00000000 fe:00 326789                     /usr/lib/my libs/libstdc++.so.6.0.30 (deleted)
7f7ccbc00000-7f7ccbc01000 r--p 00000000 fe:00 326262 /lib64/ld-linux-x86-64.so.2
7f7ccbc10000-7f7ccbc11000 rw-p 00000000 00:00 0
7f7ccbc20000-7f7ccbc21000 r--p 00000000 fe:00 99 /usr/lib/locale/locale-archive
7ffd4c5f0000-7ffd4c611000 rw-p 00000000 00:00 0                          [stack]
`;

const libraries = suite('mappedLibraries');

libraries('lists each shared library once, deleted ones too', () => {
  assert.equal(mappedLibraries(maps), [
    { range: '7f7ccb7fe000-7f7ccb824000', path: '/usr/lib/x86_64-linux-gnu/libc.so.6', identity: 'fe:00 326269' },
    { range: '7f7ccba00000-7f7ccba99000', path: '/usr/lib/my libs/libstdc++.so.6.0.30', identity: 'fe:00 326789' },
    { range: '7f7ccbc00000-7f7ccbc01000', path: '/lib64/ld-linux-x86-64.so.2', identity: 'fe:00 326262' },
  ]);
});

libraries('finds the C library and the loader of this process', () => {
  const own = mappedLibraries(readFileSync('/proc/self/maps', 'utf8'));
  assert.ok(own.some(({ path }) => stemOf(path) === 'libc.so'));
  assert.is(own.filter(isLoader).length, 1);
});

libraries.run();

const names = suite('stemOf');

const stems: readonly (readonly [string, string])[] = [
  ['/lib/libc.so.6', 'libc.so'],
  ['/lib/libc-2.31.so', 'libc.so'],
  ['/lib/libstdc++.so.6.0.30', 'libstdc++.so'],
  ['/lib/libgcc_s.so.1', 'libgcc_s.so'],
  ['/lib/libnss_dns-2.31.so', 'libnss_dns.so'],
];
for (const [path, expected] of stems) names(`gives ${expected} for ${path}`, () => assert.is(stemOf(path), expected));

names.run();

const loader = suite('isLoader');

for (const name of ['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1', 'ld-2.31.so', 'ld-musl-x86_64.so.1']) {
  loader(`says yes to ${name}`, () => assert.ok(isLoader({ path: `/lib/${name}`, range: '', identity: '' })));
}

loader('says no to other libraries', () => {
  assert.not.ok(isLoader({ path: '/lib/libdl.so.2', range: '', identity: '' }));
  assert.is(nameOf('/lib/libdl.so.2'), 'libdl.so.2');
});

loader.run();
