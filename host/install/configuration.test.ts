import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inheritedOf, newestVersion, parseConfiguration } from './configuration.ts';

const configuration = suite('parseConfiguration');
for (const [text, containerd, version] of [
  ['version = 2', '2.1.9', 2],
  ['version = 3', undefined, 3],
  ['version = 4', '2.4.2', 4],
  ['version = 1', '1.7.24', 1],
  ['', '1.6.20', 1],
  ['', undefined, 1],
  ['', '2.0.0', 3],
] as const) {
  configuration(`takes "${text}" under containerd ${containerd} for version ${version}`, () => {
    assert.is(parseConfiguration(text, containerd).version, version);
  });
}

configuration('refuses a version that is not known', () => {
  assert.throws(() => parseConfiguration('version = 5', '3.0.0'), /version 5/);
});

configuration('sees that CRI is disabled, under either name', () => {
  for (const name of ['cri', 'io.containerd.grpc.v1.cri']) {
    assert.ok(parseConfiguration(`version = 2\ndisabled_plugins = ["${name}"]`, undefined).isCriDisabled);
  }
  assert.not.ok(parseConfiguration('version = 2\ndisabled_plugins = ["btrfs"]', undefined).isCriDisabled);
});

configuration('takes what is of another type for absent', () => {
  const odd = parseConfiguration('version = 2\nimports = "one"\nplugins = 3\n', undefined);
  assert.equal([odd.imports, odd.runtimes], [[], {}]);
});
configuration.run();

const inherited = suite('inheritedOf');
inherited('takes over the options that our shim has, without those that say nothing', () => {
  const text = `version = 3
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  base_runtime_spec = ''
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  BinaryName = '/usr/local/sbin/runc'
  Root = '/run/runc'
  NoPivotRoot = true
  NoNewKeyring = false
  SystemdCgroup = false
`;
  assert.equal(inheritedOf(parseConfiguration(text, undefined).runtimes['runc'] ?? {}), {
    options: { SystemdCgroup: false, BinaryName: '/usr/local/sbin/runc', NoPivotRoot: true },
    keys: {},
  });
});
inherited.run();

const newest = suite('newestVersion');
newest('is 3 for a containerd from 2.0 on', () => {
  assert.equal(['1.6.20', '1.7.24', '2.0.0-rc.1', '2.1.9', undefined].map(newestVersion), [2, 2, 3, 3, 2]);
});
newest.run();
