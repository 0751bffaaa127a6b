import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { libraryPaths, missingLibraries } from './libraries.ts';

const LOADED = [
  '/usr/lib/x86_64-linux-gnu/libatomic.so.1.2.0',
  '/usr/lib/x86_64-linux-gnu/libc.so.6',
  '/usr/lib/x86_64-linux-gnu/libgcc_s.so.1',
  '/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
  '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
];
const missingOn = (...present: string[]) => missingLibraries(LOADED, (path) => present.includes(path), '/opt/spin');

const libraries = suite('missingLibraries');
libraries('brings what a node lacks, under the names that are asked for', () => {
  const present = ['/lib/x86_64-linux-gnu/libstdc++.so.6', '/usr/lib64/libgcc_s.so.1'];
  assert.equal(missingOn(...present), [
    { source: LOADED[0], path: '/opt/spin/lib/containerd-shim-spin/libatomic.so.1' },
  ]);
});

libraries('brings nothing to a node that has them', () => {
  assert.equal(missingOn('/usr/lib64/libatomic.so.1', '/lib64/libgcc_s.so.1', '/usr/lib/libstdc++.so.6'), []);
});

libraries('never brings the C library, which belongs to the loader', () => {
  const brought = missingOn().map(({ path }) => path);
  assert.equal(brought, libraryPaths('/opt/spin'));
  assert.not.ok(brought.some((path) => path.includes('libc.so')));
});
libraries.run();
