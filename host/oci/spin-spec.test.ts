import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Spec } from '../bundle/spec.ts';
import { environmentOf, mountPointsOf, spinSpec, workerConfigOf, workerProgram } from './spin-spec.ts';

const spec: Spec = {
  ociVersion: '1.0.2',
  process: {
    cwd: '/work',
    args: ['/spin.toml'],
    env: ['PATH=/bin', 'LD_PRELOAD=/evil.so', 'NODE_OPTIONS=--inspect', 'A=b=c', 'EMPTY='],
    user: { uid: 1000, gid: 1000 },
    capabilities: { bounding: [] },
    terminal: true,
  },
  root: { path: '/rootfs', readonly: true },
  mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
  linux: { cgroupsPath: '/x', namespaces: [{ type: 'network', path: '/proc/1/ns/net' }], seccomp: {} },
};
const folders = {
  mount: '/bundle/worker',
  runtime: '/cache/runtime/abc',
  app: '/cache/apps/def',
  components: [{ key: 'ghi', directory: '/cache/components/ghi' }],
  files: [],
};
const single = workerProgram(['/usr/local/bin/containerd-shim-spin-v2']);
const fromSources = workerProgram(['/n/bin/node', '--disable-warning=X', '/checkout/host/main.ts']);

const rewrite = suite('spinSpec');

rewrite('starts the worker through the dynamic loader, with nothing of the app in its environment', () => {
  const { process } = spinSpec(spec, folders, single);
  const runtime = '/.containerd-shim-spin/runtime';
  assert.equal(process.args, [
    ...[`${runtime}/ld.so`, '--library-path', runtime],
    ...[`${runtime}/containerd-shim-spin-v2`, 'worker'],
  ]);
  assert.equal(process.env, []);
  assert.is(process.cwd, '/');
});

rewrite('starts the worker from the sources, when the shim runs from them', () => {
  const { process, mounts } = spinSpec(spec, folders, fromSources);
  const main = '/.containerd-shim-spin/source/host/main.ts';
  assert.equal(process.args?.slice(3), ['/.containerd-shim-spin/runtime/node', '--disable-warning=X', main, 'worker']);
  assert.is(mounts?.at(-1)?.source, '/checkout');
});

rewrite('keeps what the container is and may', () => {
  const { process, mounts, ...rest } = spinSpec(spec, folders, single);
  const { process: before, mounts: mountsBefore, ...restBefore } = spec;
  assert.equal(rest, restBefore);
  assert.equal(process['user'], before['user']);
  assert.equal(process['capabilities'], before['capabilities']);
  assert.is(process.terminal, true);
  assert.equal(mounts?.[0], mountsBefore?.[0]);
});

rewrite('mounts read-only, the folder with the others first', () => {
  const added = spinSpec(spec, folders, single).mounts?.slice(1) ?? [];
  assert.equal(
    added.map(({ source, destination }) => [source, destination]),
    [
      ['/bundle/worker', '/.containerd-shim-spin'],
      ['/cache/runtime/abc', '/.containerd-shim-spin/runtime'],
      ['/cache/apps/def', '/.containerd-shim-spin/app'],
      ['/cache/components/ghi', '/.containerd-shim-spin/components/ghi'],
    ],
  );
  for (const { options } of added) assert.ok(options?.includes('bind') && options.includes('ro'));
});

rewrite.run();

const mountPoints = suite('mountPointsOf');

mountPoints('lists a folder for each mount below the first', () => {
  assert.equal(mountPointsOf(folders, single), ['runtime', 'app', 'components/ghi']);
  assert.equal(mountPointsOf(folders, fromSources), ['runtime', 'app', 'components/ghi', 'source']);
});

mountPoints.run();

const config = suite('workerConfigOf');

config("hands the app's environment and arguments to the worker as data", () => {
  assert.equal(workerConfigOf(spec, 'id'), {
    containerId: 'id',
    environment: { PATH: '/bin', LD_PRELOAD: '/evil.so', NODE_OPTIONS: '--inspect', A: 'b=c', EMPTY: '' },
    args: ['/spin.toml'],
    terminationMessagePath: null,
    memoryLimitBytes: null,
    processors: null,
  });
});

config('tells how much memory there is, where that is limited', () => {
  const limitOf = (limit: number) => {
    const linux = { ...spec.linux, resources: { memory: { limit } } };
    return workerConfigOf({ ...spec, linux }, 'id').memoryLimitBytes;
  };
  assert.equal([limitOf(128 << 20), limitOf(-1)], [128 << 20, null]);
});

config('tells where a kubelet wants to read why the container ended', () => {
  const mounts = [{ destination: '/dev/termination-log', source: '/some/file' }];
  assert.is(workerConfigOf({ ...spec, mounts }, 'id').terminationMessagePath, '/dev/termination-log');
});

config('tells how many processors a quota is worth, rounded up', () => {
  const processorsOf = (cpu: { quota?: number; period?: number }) =>
    workerConfigOf({ ...spec, linux: { ...spec.linux, resources: { cpu } } }, 'id').processors;
  assert.equal(
    [{ quota: 10_000, period: 100_000 }, { quota: 150_000 }, { quota: -1, period: 100_000 }, {}].map(processorsOf),
    [1, 2, null, null],
  );
});

config.run();

const environment = suite('environmentOf');

environment('lets the last of two entries count, and an entry without a value be empty', () => {
  assert.equal(environmentOf({ ...spec, process: { cwd: '/', env: ['A=1', 'B', 'A=2'] } }), { A: '2', B: '' });
});

environment.run();
