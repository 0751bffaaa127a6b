// Images go to a registry and come back as a kubelet pulls them, in the forms that tools push.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ImageService } from '../gen/runtime.v1.ts';
import type { Form } from '../image/form.ts';
import { TEST_APP } from '../testing/app.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { encodeArtifact } from '../testing/images.ts';
import { request, untilAnswer } from '../testing/network.ts';
import type { PodNode } from '../testing/pod-node.ts';
import { openRegistry } from '../testing/registry.ts';

const FORMS = ['docker', 'spin', 'wkg'] as const;

/** Pushes an image of the test app, leaves nothing of it on the node, and gives its name in the registry. */
async function push({ containerd }: PodNode, registry: string, form: Form): Promise<string> {
  const local = `docker.io/library/${form}:local`;
  const remote = `${registry}/apps/${form}:1`;
  const path = join(containerd.directory, `${form}.tar`);
  await writeFile(path, await encodeArtifact(local, TEST_APP, form));
  await containerd.ctr(['images', 'import', '--all-platforms', '--no-unpack', path]);
  await containerd.ctr(['images', 'push', '--plain-http', remote, local]);
  await containerd.ctr(['images', 'rm', '--sync', local]);
  return remote;
}

await onEachPodNode('registry', (test, release) => {
  // The CRI plugin of 1.6 takes only layers that it can unpack.
  for (const form of release.version.startsWith('1.6.') ? FORMS.slice(0, 1) : FORMS) {
    test(`serves an app of the form ${form} that was pulled`, async (node) => {
      await using registry = await openRegistry();
      const image = await push(node, registry.address, form);
      const pulled = await node.connection.call(ImageService, ImageService.methods.pullImage, { image: { image } });
      assert.match(pulled.imageRef, /sha256:/);
      const pod = await node.runPod('pulled');
      // The images name no process, and CRI wants one.
      await pod.start('app', image, { command: ['/'] });
      await untilAnswer(`http://${pod.address}/hello`);
      assert.is((await request(`http://${pod.address}/hello`)).body, 'Hello from C!\n');
      await pod.remove();
      await node.containerd.ctr(['images', 'rm', '--sync', image]);
    });
  }
});
