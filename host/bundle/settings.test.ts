import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GUEST_RUNTIME } from './annotations.ts';
import { settingsOf, stateDirectoryOf } from './settings.ts';
import type { Spec } from './spec.ts';

const spec: Spec = { ociVersion: '1.0.2', process: { cwd: '/' }, root: { path: 'rootfs' } };
const surroundings = { containerdAddress: '/run/containerd/containerd.sock', namespace: 'k8s.io', hasSystemd: true };
const folder = '/run/containerd-shim-spin/%2Frun%2Fcontainerd%2Fcontainerd.sock/k8s.io';

const settings = suite('settingsOf');

settings('answers every question by itself', () => {
  assert.equal(settingsOf({}, {}, spec, surroundings), {
    ociRuntime: 'runc',
    ociRoot: `${folder}/oci`,
    systemdCgroup: false,
    noPivotRoot: false,
    noNewKeyring: false,
    streamUser: null,
    shimCgroup: null,
    guestRuntime: null,
    cacheDirectory: '/var/lib/containerd-shim-spin',
    hasRemoteSources: true,
    packageRegistry: null,
    stateDirectory: folder,
    consoleDirectory: '/run/containerd-shim-spin/tty',
  });
});

settings("puts the request's answers before the node's", () => {
  const node = { BinaryName: 'crun', RuntimeComponent: '/node.wasm' };
  const { ociRuntime, guestRuntime } = settingsOf({ BinaryName: 'youki' }, node, spec, surroundings);
  assert.is(ociRuntime, 'youki');
  assert.is(guestRuntime, '/node.wasm');
});

settings('takes no shim for an OCI runtime, which k3s names when it has found the shim by itself', () => {
  for (const path of ['/usr/local/bin/containerd-shim-spin-v2', 'containerd-shim-spin-v2']) {
    assert.is(settingsOf({ BinaryName: path }, {}, spec, surroundings).ociRuntime, 'runc');
  }
  assert.is(
    settingsOf({ BinaryName: '/containerd-shim-x/crun' }, {}, spec, surroundings).ociRuntime,
    '/containerd-shim-x/crun',
  );
});

settings('names the owner of streams when one of its ids is given', () => {
  const userOf = (options: object) => settingsOf(options, {}, spec, surroundings).streamUser;
  assert.equal(userOf({ IoUid: 5 }), { uid: 5, gid: 0 });
  assert.equal(userOf({ IoGid: 6 }), { uid: 0, gid: 6 });
  assert.is(userOf({ IoUid: 0 }), null);
});

settings('keeps apart the containers of two containerds in one root', () => {
  const roots = ['unix:///run/a.sock', '/run/b.sock'].map((containerdAddress) => {
    return settingsOf({ Root: '/run/runc' }, {}, spec, { ...surroundings, containerdAddress, namespace: 'default' })
      .ociRoot;
  });
  assert.equal(roots, ['/run/runc/%2Frun%2Fa.sock/default', '/run/runc/%2Frun%2Fb.sock/default']);
});

settings('takes systemd from the form of the cgroup path, unless somebody says otherwise', () => {
  const withSystemd: Spec = { ...spec, linux: { cgroupsPath: 'system.slice:cri:abc' } };
  assert.ok(settingsOf({}, {}, withSystemd, surroundings).systemdCgroup);
  assert.not.ok(settingsOf({ SystemdCgroup: false }, {}, withSystemd, surroundings).systemdCgroup);
  const without = { ...surroundings, hasSystemd: false };
  assert.not.ok(settingsOf({}, {}, withSystemd, without).systemdCgroup);
  assert.ok(settingsOf({ SystemdCgroup: true }, {}, withSystemd, without).systemdCgroup);
});

settings('lets a pod choose a guest runtime that the node offers', () => {
  const chosen: Spec = { ...spec, annotations: { [GUEST_RUNTIME]: 'canary' } };
  const node = { RuntimeComponents: { canary: '/canary.wasm' }, RuntimeComponent: '/node.wasm' };
  assert.is(settingsOf({}, node, chosen, surroundings).guestRuntime, '/canary.wasm');
});

settings('refuses a guest runtime that the node does not offer, and says what it does', () => {
  const chosen: Spec = { ...spec, annotations: { [GUEST_RUNTIME]: '/etc/passwd' } };
  assert.throws(() => settingsOf({}, { RuntimeComponents: { canary: '/c' } }, chosen, surroundings), /offers canary/);
  assert.throws(() => settingsOf({}, {}, chosen, surroundings), /offers none/);
});

settings.run();

const state = suite('stateDirectoryOf');

state('is below the folder that the node names', () => {
  assert.is(
    stateDirectoryOf({ StateDirectory: '/s' }, { ...surroundings, namespace: 'a/b' }),
    `/s${folder.slice(25, -7)}/a%2Fb`,
  );
});

state.run();
