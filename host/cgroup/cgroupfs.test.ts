import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Metrics as MetricsV1 } from '../gen/io.containerd.cgroups.v1.ts';
import { Metrics as MetricsV2 } from '../gen/io.containerd.cgroups.v2.ts';
import { unpackAny } from '../protobuf/any.ts';
import { until } from '../testing/until.ts';
import {
  findCgroup,
  joinCgroup,
  killProcesses,
  listProcesses,
  readMetrics,
  readOomKills,
  readPidsRoom,
  removeCgroup,
} from './cgroupfs.ts';
import type { Cgroup } from './path.ts';
import { UNLIMITED } from './stat.ts';

const hierarchies = existsSync('/sys/fs/cgroup/cgroup.procs')
  ? ['/sys/fs/cgroup']
  : ['memory', 'cpuacct', 'pids', 'freezer'].map((name) => join('/sys/fs/cgroup', name));

/** A process in a cgroup of its own, below one that is the test's. */
type Fenced = { mark: string; child: ChildProcess; cgroup: Cgroup };

const real = suite<Fenced>('cgroupfs');

real.before.each(async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'cgroup-'));
  rmdirSync(directory);
  context.mark = basename(directory);
  context.child = spawn('sh', ['-c', 'read line; echo; exec sleep 1000'], { stdio: ['pipe', 'pipe', 'inherit'] });
  for (const hierarchy of hierarchies) {
    mkdirSync(join(hierarchy, context.mark, 'inner'), { recursive: true });
    writeFileSync(join(hierarchy, context.mark, 'cgroup.procs'), String(context.child.pid));
  }
  context.cgroup = await findCgroup(context.child.pid ?? 0);
  // It goes on in its cgroup, where it uses the processor a little.
  const { stdin, stdout } = context.child;
  stdin?.end('\n');
  if (stdout) await once(stdout, 'data');
});
real.after.each(async ({ child, cgroup }) => {
  await killProcesses(cgroup);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await removeCgroup(cgroup);
});

real('finds where a process is, and only there', ({ cgroup, mark }) => {
  assert.equal(Object.values(cgroup.directories).sort(), hierarchies.map((path) => join(path, mark)).sort());
});

real('moves a process into a cgroup that exists', async ({ child, mark }) => {
  await joinCgroup(`/${mark}/inner`, child.pid ?? 0);
  const { directories } = await findCgroup(child.pid ?? 0);
  assert.equal(Object.values(directories).sort(), hierarchies.map((path) => join(path, mark, 'inner')).sort());
  const error = await joinCgroup(`/${mark}/absent`, child.pid ?? 0).catch((error: unknown) => error);
  assert.match((error as Error).message, `has the cgroup "/${mark}/absent"`);
});

real('lists the processes of a cgroup and of those below it', async ({ cgroup, child, mark }) => {
  const inner = spawn('sleep', ['1000']);
  for (const hierarchy of hierarchies) writeFileSync(join(hierarchy, mark, 'inner/cgroup.procs'), String(inner.pid));
  const pids = await listProcesses(cgroup);
  assert.ok(pids.includes(child.pid ?? 0));
  assert.ok(pids.includes(inner.pid ?? 0));
  const ended = once(inner, 'exit');
  assert.ok(await killProcesses(cgroup));
  await ended;
});

real('reads usage', async ({ cgroup }) => {
  // The kernel charges the processor's time when a process is switched away from, perhaps a moment after it has spoken.
  const { v1, v2 } = await until('the processor was used', async () => {
    const any = await readMetrics(cgroup);
    const [v1, v2] = [unpackAny(MetricsV1, any), unpackAny(MetricsV2, any)];
    return (v1?.cpu?.usage?.total ?? v2?.cpu?.usageUsec ?? 0n) > 0n && { v1, v2 };
  });
  assert.ok(((v1?.pids ?? v2?.pids)?.current ?? 0n) >= 1n);
  assert.is(await readOomKills(cgroup), 0n);
});

real('kills frozen processes, too', async ({ cgroup, child }) => {
  const { freezer, unified } = cgroup.directories;
  if (freezer) writeFileSync(join(freezer, 'freezer.state'), 'FROZEN');
  else if (unified) writeFileSync(join(unified, 'cgroup.freeze'), '1');
  const ended = once(child, 'exit');
  assert.ok(await killProcesses(cgroup));
  await ended;
  assert.equal(await listProcesses(cgroup), []);
});

real('removes an empty cgroup with those below it, and leaves one in use alone', async ({ cgroup, child }) => {
  const directories = Object.values(cgroup.directories);
  await removeCgroup(cgroup);
  assert.ok(directories.every((directory) => existsSync(directory)));
  const ended = once(child, 'exit');
  await killProcesses(cgroup);
  await ended;
  await removeCgroup(cgroup);
  assert.not.ok(directories.some((directory) => existsSync(directory)));
  assert.equal(await listProcesses(cgroup), []);
  assert.is(await readOomKills(cgroup), null);
  assert.ok(await readMetrics(cgroup));
});

real.run();

const pids = suite('readPidsRoom');

// Files stand in for cgroups, whose limits the machine may not let us set.
for (const [what, limits, room] of [
  ['the limit of the cgroup', { '': ['100', 30], pod: ['max', 20], 'pod/c': ['12', 5] }, 12n],
  ['what others leave of a limit above it', { '': ['32', 30], pod: ['20', 18], 'pod/c': ['max', 5] }, 7n],
  ['less than nothing when others have too many', { '': ['10', 20], pod: ['max', 5], 'pod/c': ['max', 5] }, -5n],
  ['endless without limits', { '': ['max', 30], pod: ['max', 20], 'pod/c': ['max', 5] }, UNLIMITED],
] as const) {
  pids(`is ${what}`, async () => {
    const root = mkdtempSync(join(tmpdir(), 'pids-'));
    try {
      mkdirSync(join(root, 'pod/c'), { recursive: true });
      for (const [folder, [max, current]] of Object.entries(limits)) {
        writeFileSync(join(root, folder, 'pids.max'), `${max}\n`);
        writeFileSync(join(root, folder, 'pids.current'), `${current}\n`);
      }
      assert.is(await readPidsRoom({ version: 1, directories: { pids: join(root, 'pod/c') } }), room);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}

pids.run();
