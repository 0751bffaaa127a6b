// The shim or its worker dies: containerd notices, and nothing of the whole group is left on the node.
import * as assert from 'uvu/assert';
import { runApp } from '../testing/app.ts';
import type { Containerd } from '../testing/containerd.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importBusybox } from '../testing/images.ts';
import { findProcesses } from '../testing/leftovers.ts';
import { request } from '../testing/network.ts';
import { until } from '../testing/until.ts';

const isShim = (command: string): boolean => command.includes(' -namespace ');

/** Finds the shim that serves a container. */
async function findShim(containerd: Containerd, name: string): Promise<number> {
  const processes = await findProcesses(containerd.mark);
  const shim = processes.find(({ command }) => isShim(command) && command.includes(containerd.id(name)));
  if (shim === undefined) throw new Error(`no shim of ${name} in ${JSON.stringify(processes)}`);
  return shim.pid;
}

await onEachRelease('crash', (test) => {
  test('of the shim ends its app and leaves nothing of it', async (containerd) => {
    const url = await runApp(containerd, 'app');
    process.kill(await findShim(containerd, 'app'), 'SIGKILL');
    await until('the app is gone', async () => (await containerd.tasks()).get('app')?.state !== 'RUNNING');
    await request(`${url}/hello`).then(
      () => assert.unreachable('the app still answers'),
      () => {},
    );
    await until('containerd forgot the task', async () => !(await containerd.tasks()).has('app'));
    await containerd.untilClean();
  });

  test('of the shim ends a Linux container with all its processes', async (containerd) => {
    const image = await importBusybox(containerd);
    await containerd.run('box', image, { command: ['sh', '-c', 'sleep 1000 & sleep 1000; true'] });
    process.kill(await findShim(containerd, 'box'), 'SIGKILL');
    await until('containerd forgot the task', async () => !(await containerd.tasks()).has('box'));
    await containerd.untilClean();
  });

  test('of the shim of a group ends every container of the group', async (containerd) => {
    const annotations = ['--annotation', `io.kubernetes.cri.sandbox-id=${containerd.id('pod')}`];
    const image = await importBusybox(containerd);
    const sandbox = ['--annotation', 'io.kubernetes.cri.container-type=sandbox'];
    const member = ['--annotation', 'io.kubernetes.cri.container-type=container'];
    await containerd.run('pod', image, { flags: [...annotations, ...sandbox], command: ['sleep', '1000'] });
    await containerd.run('side', image, { flags: [...annotations, ...member], command: ['sleep', '1000'] });
    await runApp(containerd, 'app', { flags: [...annotations, ...member] });
    const shims = (await findProcesses(containerd.mark)).filter(({ command }) => isShim(command));
    assert.is(shims.length, 1, 'one shim for the group');
    process.kill(await findShim(containerd, 'pod'), 'SIGKILL');
    await until('containerd forgot the tasks', async () => (await containerd.tasks()).size === 0);
    await containerd.untilClean();
  });

  test('of the worker is the exit 137 of its container', async (containerd) => {
    await runApp(containerd, 'app');
    process.kill((await containerd.tasks()).get('app')?.pid ?? 0, 'SIGKILL');
    await containerd.untilStopped('app');
    assert.match((await containerd.delete('app')).stderr, 'non-zero exit code 137');
  });
});
