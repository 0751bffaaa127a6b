// Pods whose cgroups systemd makes, on a machine with cgroup v2: where their processes are, what holds them, and what is left of them.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as assert from 'uvu/assert';
import { findCgroup } from '../cgroup/cgroupfs.ts';
import { UNIFIED } from '../cgroup/path.ts';
import { runCommand } from '../testing/command.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { findProcesses } from '../testing/leftovers.ts';
import { request, untilAnswer } from '../testing/network.ts';
import type { Pod } from '../testing/pod.ts';
import { type PodNode, SLEEP } from '../testing/pod-node.ts';
import { ownRelease } from '../testing/releases.ts';
import { until } from '../testing/until.ts';

const MEBIBYTE = 1n << 20n;
const ROOT = '/sys/fs/cgroup';
/** A shell that goes on when its child, which wants more memory than there is, was killed. */
const SURVIVOR = 'sh -c "x=0123456789abcdef; while :; do x=\\$x\\$x; done"; echo survived; exec sleep 1000';

const scopeOf = (pod: Pod, name: string): string => `cri-containerd-${pod.containerId(name)}.scope`;
const folderOf = (pod: Pod, name: string): string => join(ROOT, pod.cgroupParent, scopeOf(pod, name));

async function readLimit(pod: Pod, name: string, file: string): Promise<string> {
  return (await readFile(join(folderOf(pod, name), file), 'utf8')).trim();
}

/** Asks systemd for a property of a container's scope. */
async function askSystemd(pod: Pod, name: string, property: string): Promise<string> {
  return (await runCommand('systemctl', ['show', '--value', '--property', property, scopeOf(pod, name)])).stdout.trim();
}

/** Reads a number of a keyed file, such as `cpu.stat`. */
async function readKey(pod: Pod, name: string, file: string, key: string): Promise<bigint> {
  const [, value = '0'] = new RegExp(`^${key} (\\d+)$`, 'm').exec(await readLimit(pod, name, file)) ?? [];
  return BigInt(value);
}

async function isInScope(node: PodNode, pod: Pod, name: string): Promise<void> {
  const { version, directories } = await findCgroup(await node.pidOf(pod, name));
  assert.equal([version, Object.keys(directories)], [2, [UNIFIED]]);
  // crun makes a cgroup of its own below.
  assert.match(`${directories[UNIFIED]}/`, `${folderOf(pod, name)}/`);
}

const own = await ownRelease();
process.env['CGROUP_DRIVER'] = 'systemd';
await onEachPodNode('systemd', (test, release) => {
  test('has a scope for each container, in the slice of the pod', async (node) => {
    const pod = await node.runAppWithSidecar();
    for (const name of ['app', 'box']) {
      await isInScope(node, pod, name);
      assert.equal(
        [await askSystemd(pod, name, 'ActiveState'), await askSystemd(pod, name, 'Slice')],
        ['active', basename(pod.cgroupParent)],
      );
    }
  });

  test('keeps the shim out of the cgroups of its pod', async (node) => {
    const pod = await node.runAppWithSidecar();
    const shims = (await findProcesses(node.containerd.mark)).filter(({ command }) => command.endsWith(' serve'));
    assert.is(shims.length, 1);
    const text = await readFile(`/proc/${shims[0]?.pid}/cgroup`, 'utf8');
    assert.not.match(text, basename(pod.cgroupParent));
  });

  test('has what is executed in a container in its scope', async (node) => {
    const pod = await node.runAppWithSidecar();
    const { stdout } = await pod.execSync('box', ['cat', '/proc/self/cgroup', '/proc/1/cgroup']);
    // Within a cgroup namespace its root is the container's.
    const [own, first] = stdout.trim().split('\n');
    assert.is(own, first);
    await pod.exec('box', ['sleep', '1234']);
    await until('it runs in the scope', async () => {
      const pids = (await readLimit(pod, 'box', 'cgroup.procs')).split('\n');
      const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')));
      return commands.some((command) => command.includes('1234'));
    });
  });

  test('holds a container to its limits, and knows of them', async (node) => {
    const pod = await node.runPod('pod');
    const cpu = { cpuPeriod: 100_000n, cpuQuota: 50_000n, cpuShares: 512n };
    await pod.start('box', node.images.box, { ...SLEEP, resources: { memoryLimitInBytes: 64n * MEBIBYTE, ...cpu } });
    const files = ['memory.max', 'cpu.max', 'cpu.weight'];
    const limits = await Promise.all(files.map((file) => readLimit(pod, 'box', file)));
    assert.equal(limits, [String(64n * MEBIBYTE), '50000 100000', '20']);
    const properties = ['MemoryMax', 'CPUQuotaPerSecUSec'];
    const known = await Promise.all(properties.map((property) => askSystemd(pod, 'box', property)));
    assert.equal(known, [String(64n * MEBIBYTE), '500ms']);
  });

  test('holds a container outside pods to its limit of processes, by the form of its cgroup path alone', async (node) => {
    const { containerd } = node;
    const slice = `pods-alone_${containerd.mark.replaceAll('-', '_')}.slice`;
    const rootfs = join(containerd.directory, 'alone');
    await mkdir(join(rootfs, 'bin'), { recursive: true });
    await copyFile('/bin/busybox', join(rootfs, 'bin/sleep'));
    const id = await containerd.runSpec('alone', (spec) => ({
      ...spec,
      process: { ...spec.process, cwd: '/', args: ['/bin/sleep', '1000'], terminal: false },
      root: { path: rootfs },
      linux: { ...spec.linux, cgroupsPath: `${slice}:test:alone`, resources: { pids: { limit: 64 } } },
    }));
    const folder = join(ROOT, 'pods.slice', slice, 'test-alone.scope');
    assert.is((await readFile(join(folder, 'pids.max'), 'utf8')).trim(), '64');
    assert.match(await containerd.ctr(['tasks', 'metrics', id]), /pids.*1/);
    await containerd.remove('alone');
    await runCommand('systemctl', ['stop', slice]);
    assert.not.ok(existsSync(folder));
  });

  test('changes limits in place, and keeps them when it reads its configuration anew', async (node) => {
    const pod = await node.runPod('pod');
    await pod.start('app', node.images.app);
    await untilAnswer(`http://${pod.address}/hello`);
    await pod.updateResources('app', { memoryLimitInBytes: 200n * MEBIBYTE, cpuPeriod: 100_000n, cpuQuota: 80_000n });
    const limits = () => Promise.all(['memory.max', 'cpu.max'].map((file) => readLimit(pod, 'app', file)));
    assert.equal(await limits(), [String(200n * MEBIBYTE), '80000 100000']);
    assert.is((await runCommand('systemctl', ['daemon-reload'])).code, 0);
    assert.equal(await limits(), [String(200n * MEBIBYTE), '80000 100000']);
    assert.is((await request(`http://${pod.address}/hello`)).status, 200);
  });

  test('has figures of use in the units that containerd and a kubelet read', async (node) => {
    const pod = await node.runAppWithSidecar();
    for (let round = 0; round < 10; round++) await request(`http://${pod.address}/hello`);
    const figures = await until('the processor was used', async () => {
      const before = await readKey(pod, 'app', 'cpu.stat', 'usage_usec');
      const stats = await pod.stats('app');
      const after = await readKey(pod, 'app', 'cpu.stat', 'usage_usec');
      const nanoseconds = stats?.cpu?.usageCoreNanoSeconds?.value ?? 0n;
      return (
        nanoseconds > 0n && { before, nanoseconds, after, workingSet: stats?.memory?.workingSetBytes?.value ?? 0n }
      );
    });
    assert.ok(figures.before * 1000n <= figures.nanoseconds && figures.nanoseconds <= figures.after * 1000n);
    const current = BigInt(await readLimit(pod, 'app', 'memory.current'));
    const inactive = await readKey(pod, 'app', 'memory.stat', 'inactive_file');
    const { workingSet } = figures;
    const difference = workingSet - (current - inactive);
    // The kernel keeps the counters of a processor for a while, and the app does not stand still.
    assert.ok(difference < 4n * MEBIBYTE && difference > -4n * MEBIBYTE, `${workingSet}, ${current} - ${inactive}`);
  });

  test('tells of a container that was out of memory: 137, OOMKilled', async (node) => {
    const pod = await node.runPod('pod');
    const command = ['sh', '-c', 'x=0123456789abcdef; while :; do x=$x$x; done'];
    await pod.start('greedy', node.images.box, { command, resources: { memoryLimitInBytes: 16n * MEBIBYTE } });
    const { exitCode, reason } = await pod.untilExited('greedy');
    assert.equal([exitCode, reason], [137, 'OOMKilled']);
    await until('the scope is gone', () => !existsSync(folderOf(pod, 'greedy')));
  });

  test('tells of a lack of memory that a container survives', async (node) => {
    const events = node.containerd.startCtr(['events']);
    const pod = await node.runPod('pod');
    const resources = { memoryLimitInBytes: 32n * MEBIBYTE };
    await pod.start('box', node.images.box, { command: ['sh', '-c', SURVIVOR], resources });
    await until('the shell goes on', async () => (await pod.log('box')).includes('survived'));
    await until('it is told', () => events.written().includes('/tasks/oom'));
    assert.is(await readKey(pod, 'box', 'memory.events', 'oom_kill'), 1n);
    events.child.kill();
  });

  test('has nothing left of a pod that is removed', async (node) => {
    const pod = await node.runAppWithSidecar();
    const scopes = ['app', 'box'].map((name) => scopeOf(pod, name));
    await pod.remove();
    const { stdout } = await runCommand('systemctl', ['list-units', '--all', '--plain', '--no-legend', 'cri-*']);
    assert.not.ok(scopes.some((scope) => stdout.includes(scope)));
    assert.not.ok(scopes.some((scope) => existsSync(join(ROOT, pod.cgroupParent, scope))));
  });

  // A distribution's crun may be too old for the specs that a newer containerd writes; its own containerd's it understands.
  if (release.version !== own.version) return;

  test('works with crun', async (node) => {
    await node.containerd.configureShim('BinaryName = "crun"');
    try {
      const pod = await node.runAppWithSidecar();
      await isInScope(node, pod, 'app');
      await isInScope(node, pod, 'box');
      assert.is((await pod.execSync('box', ['true'])).code, 0);
      await pod.updateResources('app', { memoryLimitInBytes: 200n * MEBIBYTE });
      assert.is(await node.memoryLimit(pod, 'app'), 200n * MEBIBYTE);
    } finally {
      await node.containerd.configureShim('');
    }
  });
});
