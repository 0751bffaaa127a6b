// Parts of a pod die, or containerd does: what lives goes on, what died is told of truthfully, and everything can be removed.
import * as assert from 'uvu/assert';
import { ContainerState } from '../gen/runtime.v1.ts';
import { TEST_APP } from '../testing/app.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { importApp, importBusybox } from '../testing/images.ts';
import { findProcesses } from '../testing/leftovers.ts';
import { request, untilAnswer } from '../testing/network.ts';
import type { Pod } from '../testing/pod.ts';
import type { PodNode } from '../testing/pod-node.ts';
import { until } from '../testing/until.ts';

async function runAppWithSidecar(node: PodNode): Promise<Pod> {
  const [app, box] = [await importApp(node.containerd, TEST_APP), await importBusybox(node.containerd)];
  const pod = await node.runPod('pod');
  await pod.start('app', app);
  await pod.start('box', box, { command: ['sleep', '1000'] });
  await untilAnswer(`http://${pod.address}/hello`);
  return pod;
}

await onEachPodNode('crash in a pod', (test) => {
  test('of a worker ends its container, which can be started again', async (node) => {
    const pod = await runAppWithSidecar(node);
    process.kill(await node.pidOf(pod, 'app'), 'SIGKILL');
    assert.is((await pod.untilExited('app')).exitCode, 137);
    await pod.removeContainer('app');
    await pod.start('app', await importApp(node.containerd, TEST_APP));
    assert.is((await untilAnswer(`http://${pod.address}/hello`)).status, 200);
  });

  test('of its shim ends every container of it', async (node) => {
    const pod = await runAppWithSidecar(node);
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
      const pod = await runAppWithSidecar(node);
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
    const pod = await runAppWithSidecar(node);
    process.kill((await node.containerd.tasks()).get(pod.id)?.pid ?? 0, 'SIGKILL');
    await until('it is known', async () => !(await pod.isReady()));
    await pod.remove();
  });
});
