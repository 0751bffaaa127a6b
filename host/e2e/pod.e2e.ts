// Pods as Kubernetes runs them: containerd's CRI plugin, a network of its own, sidecars beside a Spin container. What a kubelet asks for
// is asked here.
import * as assert from 'uvu/assert';
import { TEST_APP } from '../testing/app.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { importApp, importBusybox } from '../testing/images.ts';
import { request, untilAnswer } from '../testing/network.ts';

await onEachPodNode('pod', (test) => {
  test('answers at its address, to the node, to a sidecar and to another pod', async (node) => {
    const app = await importApp(node.containerd, TEST_APP);
    const box = await importBusybox(node.containerd);
    const [first, second] = await Promise.all([node.runPod('first'), node.runPod('second')]);
    assert.is.not(first.address, second.address);
    await first.start('app', app);
    await first.start('box', box, { command: ['sleep', '1000'] });
    await second.start('box', box, { command: ['sleep', '1000'] });
    await untilAnswer(`http://${first.address}/hello`);
    assert.is((await request(`http://${first.address}/hello`)).body, 'Hello from C!\n');
    for (const [pod, host] of [
      [first, '127.0.0.1'],
      [second, first.address],
    ] as const) {
      const answer = await pod.execSync('box', ['wget', '-q', '-O', '-', `http://${host}/hello`]);
      assert.equal(answer, { code: 0, stdout: 'Hello from C!\n', stderr: '' });
    }
  });
});
