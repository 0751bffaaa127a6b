// Parts of a pod die, or containerd does: what lives goes on, what died is told of truthfully, and everything can be removed.
import * as assert from 'uvu/assert';
import { ContainerState } from '../gen/runtime.v1.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { findProcesses } from '../testing/leftovers.ts';
import { request, untilAnswer } from '../testing/network.ts';
import { until } from '../testing/until.ts';

await onEachPodNode('crash in a pod', (test) => {
  test('of a worker ends its container, which can be started again', async (node) => {
    const pod = await node.runAppWithSidecar();
    process.kill(await node.pidOf(pod, 'app'), 'SIGKILL');
    assert.is((await pod.untilExited('app')).exitCode, 137);
    await pod.removeContainer('app');
    await pod.start('app', node.images.app);
    assert.is((await untilAnswer(`http://${pod.address}/hello`)).status, 200);
  });

  test('of its shim ends every container of it', async (node) => {
    const pod = await node.runAppWithSidecar();
    const shim = (await findProcesses(node.containerd.mark)).find(({ command }) => command.endsWith(' serve'));
    process.kill(shim?.pid ?? 0, 'SIGKILL');
    await pod.untilExited('app');
    await pod.untilExited('box');
    const isGone = async () =>
      (await findProcesses(node.containerd.mark)).every(({ command }) => !/worker|sleep/.test(command));
    await until('their processes are gone', isGone);
    await pod.remove();
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`of containerd by ${signal} leaves it serving; what ended meanwhile is known`, async (node) => {
      const pod = await node.runAppWithSidecar();
      const box = await node.pidOf(pod, 'box');
      await node.restart(signal, async () => {
        process.kill(box, 'SIGKILL');
        assert.is((await request(`http://${pod.address}/hello`)).status, 200);
      });
      assert.is((await request(`http://${pod.address}/hello`)).status, 200);
      assert.is((await pod.status('app')).state, ContainerState.CONTAINER_RUNNING);
      assert.is((await pod.untilExited('box')).exitCode, 137);
      await pod.stop('app');
      assert.is((await pod.untilExited('app')).exitCode, 0);
    });
  }

  test('of its pause container does not keep it from being removed', async (node) => {
    const pod = await node.runAppWithSidecar();
    process.kill((await node.containerd.tasks()).get(pod.id)?.pid ?? 0, 'SIGKILL');
    await until('it is known', async () => !(await pod.isReady()));
    await pod.remove();
  });
});
