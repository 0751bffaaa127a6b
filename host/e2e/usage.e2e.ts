// What a container uses: the same figures as the shim for runc gives, and the lack of memory told when it happens.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { findCgroup, readMetrics } from '../cgroup/cgroupfs.ts';
import { Task as TaskV2 } from '../gen/containerd.task.v2.ts';
import { Task as TaskV3 } from '../gen/containerd.task.v3.ts';
import type { Any } from '../gen/google.protobuf.ts';
import { Metrics as MetricsV1 } from '../gen/io.containerd.cgroups.v1.ts';
import { Metrics as MetricsV2 } from '../gen/io.containerd.cgroups.v2.ts';
import type { Containerd } from '../testing/containerd.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importBusybox } from '../testing/images.ts';
import type { Release } from '../testing/releases.ts';
import { until } from '../testing/until.ts';
import { Client } from '../ttrpc/client.ts';
import { connectSocket } from '../ttrpc/socket.ts';

const RUNC = 'io.containerd.runc.v2';
const LIMIT = String(32 * 2 ** 20);

/** Asks the shim of a container for what the container uses. */
async function askStats(containerd: Containerd, id: string): Promise<Any> {
  const bundle = join(containerd.directory, 'state/io.containerd.runtime.v2.task', containerd.mark, id);
  const address = await readFile(join(bundle, 'address'), 'utf8').catch(async () => {
    return (JSON.parse(await readFile(join(bundle, 'bootstrap.json'), 'utf8')) as { address: string }).address;
  });
  const connection = await connectSocket(address.replace('unix://', ''), 5000);
  try {
    const client = new Client(connection);
    const service = containerd.release.version.startsWith('1.') ? TaskV2 : TaskV3;
    const { stats } = await client.caller(service).stats({ id });
    assert.ok(stats);
    return stats;
  } finally {
    connection.close();
  }
}

/** Decodes figures to what can be compared: without an order where there is none, and without what the shim of 1.x does not know. */
function decodeMetrics({ typeUrl, value }: Any, { version }: Release): object {
  const metrics = typeUrl.includes('.v2.') ? MetricsV2.decode(value) : MetricsV1.decode(value);
  const unknown = version.startsWith('1.') ? ['psi', 'maxUsage', 'swapMaxUsage'] : [];
  const hugetlb = metrics.hugetlb.toSorted((one, other) => (one.pagesize < other.pagesize ? -1 : 1));
  return JSON.parse(
    JSON.stringify({ ...metrics, hugetlb }, (key, field) => {
      if (unknown.includes(key)) return undefined;
      return typeof field === 'bigint' ? String(field) : field;
    }),
  );
}

await onEachRelease('usage', (test, release) => {
  test('of a container is in every field what the shim for runc says', async (containerd) => {
    const image = await importBusybox(containerd);
    const flags = ['--memory-limit', LIMIT];
    const id = await containerd.run('box', image, { command: ['sleep', '1000'], flags, runtime: RUNC });
    // What stands still uses the same when it is asked twice.
    await containerd.ctr(['tasks', 'pause', id]);
    const cgroup = await findCgroup((await containerd.tasks()).get('box')?.pid ?? 0);
    // But the kernel gives memory back when it likes: what it had done so between is asked again.
    const { theirs, ours } = await until('the use stands still', async () => {
      const before = decodeMetrics(await readMetrics(cgroup), release);
      const [theirs, ours] = [await askStats(containerd, id), await readMetrics(cgroup)];
      return JSON.stringify(decodeMetrics(ours, release)) === JSON.stringify(before) && { theirs, ours };
    });
    await containerd.ctr(['tasks', 'resume', id]);
    assert.is(ours.typeUrl, theirs.typeUrl);
    assert.equal(decodeMetrics(ours, release), decodeMetrics(theirs, release));
  });

  test('of too much memory is told when a container survives it', async (containerd) => {
    const image = await importBusybox(containerd);
    const events = containerd.startCtr(['events']);
    // The shell's child is killed, the shell goes on.
    const script = 'sh -c "x=0123456789abcdef; while :; do x=\\$x\\$x; done"; echo survived; exec sleep 1000';
    await containerd.run('box', image, { command: ['sh', '-c', script], flags: ['--memory-limit', LIMIT] });
    await until('it is told', () => events.written().includes('/tasks/oom'));
    await until('the shell goes on', async () => (await containerd.log('box')).includes('survived'));
    assert.is((await containerd.tasks()).get('box')?.state, 'RUNNING');
    await containerd.ctr(['tasks', 'kill', '--signal', 'SIGKILL', containerd.id('box')]);
    await containerd.untilStopped('box');
    events.child.kill();
    assert.is([...events.written().matchAll(/\/tasks\/oom/g)].length, 1);
  });
});
