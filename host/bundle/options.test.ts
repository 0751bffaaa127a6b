import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Options as RuncOptions } from '../gen/containerd.runc.v1.ts';
import { Options as RuntimeOptions } from '../gen/runtimeoptions.v1.ts';
import { packAny } from '../protobuf/any.ts';
import { isSystemdCgroupPath, nodeOptionsFromToml, optionsFromAny, optionsFromToml } from './options.ts';

const fromAny = suite('optionsFromAny');

fromAny('reads nothing out of nothing', () => {
  assert.equal(optionsFromAny(undefined), { options: {}, configPath: null, warnings: [] });
});

fromAny('reads the TOML that CRI sends', () => {
  const configBody = new TextEncoder().encode('SystemdCgroup = true\nBinaryName = "crun"\n');
  const { options } = optionsFromAny(packAny(RuntimeOptions, { configBody }));
  assert.equal(options, { SystemdCgroup: true, BinaryName: 'crun' });
});

fromAny('reads the path that CRI sends', () => {
  assert.is(optionsFromAny(packAny(RuntimeOptions, { configPath: '/etc/x.toml' })).configPath, '/etc/x.toml');
});

fromAny('reads what ctr sends, where false and empty say nothing', () => {
  const { options } = optionsFromAny(packAny(RuncOptions, { binaryName: 'crun', root: '/r', noPivotRoot: true }));
  assert.equal(options, { BinaryName: 'crun', Root: '/r', NoPivotRoot: true });
});

fromAny('takes a type with a host before its name', () => {
  const any = packAny(RuncOptions, { binaryName: 'crun' });
  assert.equal(optionsFromAny({ ...any, typeUrl: `type.googleapis.com/${any.typeUrl}` }).options, {
    BinaryName: 'crun',
  });
});

fromAny('warns of a type that it does not know', () => {
  const { options, warnings } = optionsFromAny({ typeUrl: 'someone.else.Options', value: new Uint8Array([1]) });
  assert.equal(options, {});
  assert.equal(warnings, ['runtime options of type someone.else.Options are ignored']);
});

fromAny('refuses bytes that do not decode', () => {
  const any = { typeUrl: 'containerd.runc.v1.Options', value: new Uint8Array([0x32, 0x7f]) };
  assert.throws(() => optionsFromAny(any), /cannot decode containerd\.runc\.v1\.Options/);
});

fromAny.run();

const fromToml = suite('optionsFromToml');

fromToml('warns of a key that it does not know', () => {
  assert.equal(optionsFromToml('CriuPath = "x"\nRoot = "/r"', 'a.toml'), {
    options: { Root: '/r' },
    warnings: ['option CriuPath of a.toml is not known'],
  });
});

fromToml('refuses a value of the wrong type', () => {
  assert.throws(() => optionsFromToml('SystemdCgroup = "yes"', 'a.toml'), /SystemdCgroup of a\.toml is not a boolean/);
});

fromToml('refuses what is no TOML', () => {
  assert.throws(() => optionsFromToml('= 1', 'a.toml'), /cannot parse a\.toml/);
});

fromToml('leaves the folders of the node to the node', () => {
  assert.is(optionsFromToml('CacheDirectory = "/c"', 'a.toml').warnings.length, 1);
});

fromToml.run();

const node = suite('nodeOptionsFromToml');

node('reads folders and guest runtimes to choose from', () => {
  const remote = 'RemoteSources = false\nPackageRegistry = "example.com"\n';
  const text = `CacheDirectory = "/c"\nStateDirectory = "/s"\n${remote}[RuntimeComponents]\ncanary = "/canary.wasm"\n`;
  const { options, warnings } = nodeOptionsFromToml(text, 'config.toml');
  assert.is(options.CacheDirectory, '/c');
  assert.is(options.StateDirectory, '/s');
  assert.equal([options.RemoteSources, options.PackageRegistry], [false, 'example.com']);
  assert.is(options.RuntimeComponents?.['canary'], '/canary.wasm');
  assert.equal(warnings, []);
});

node.run();

const systemd = suite('isSystemdCgroupPath');

const paths: readonly (readonly [string | undefined, boolean])[] = [
  ['kubepods-burstable-pod1.slice:cri-containerd:abc', true],
  ['system.slice:docker:abc', true],
  ['/default/abc', false],
  ['/kubepods.slice/a:b:c', false],
  ['a:b:c', false],
  [undefined, false],
];
for (const [path, expected] of paths) {
  systemd(`says ${expected} of ${path}`, () => {
    assert.is(isSystemdCgroupPath(path), expected);
  });
}

systemd.run();
