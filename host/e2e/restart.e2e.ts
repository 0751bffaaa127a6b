// containerd restarts while apps run: they go on serving, and nothing that happened meanwhile is lost.
import * as assert from 'uvu/assert';
import { runApp } from '../testing/app.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { request } from '../testing/network.ts';
import { until } from '../testing/until.ts';

await onEachRelease('restart of containerd', (test) => {
  test('leaves an app serving, which can still be stopped and deleted', async (containerd) => {
    const url = await runApp(containerd, 'app');
    await containerd.stop();
    assert.is((await request(`${url}/hello`)).status, 200);
    await containerd.start();
    assert.is((await containerd.tasks()).get('app')?.state, 'RUNNING');
    assert.is((await request(`${url}/hello`)).status, 200);
    await containerd.ctr(['tasks', 'kill', '--signal', 'SIGTERM', containerd.id('app')]);
    await containerd.untilStopped('app');
    assert.not.match((await containerd.delete('app')).stderr, 'non-zero');
  });

  test('by SIGKILL leaves an app serving', async (containerd) => {
    const url = await runApp(containerd, 'app');
    await containerd.stop('SIGKILL');
    await containerd.start();
    assert.is((await request(`${url}/hello`)).status, 200);
    assert.is((await containerd.tasks()).get('app')?.state, 'RUNNING');
  });

  test('does not lose an exit that happened meanwhile', async (containerd) => {
    await runApp(containerd, 'app');
    const pid = (await containerd.tasks()).get('app')?.pid ?? 0;
    await containerd.stop();
    process.kill(pid, 'SIGKILL');
    await until('the worker is gone', () => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    });
    await containerd.start();
    await containerd.untilStopped('app');
    assert.match((await containerd.delete('app')).stderr, 'non-zero exit code 137');
  });
});
