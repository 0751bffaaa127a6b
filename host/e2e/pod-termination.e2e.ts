// Why a container did not start, where `kubectl describe` shows it: the message of its status when it could not be created, and the file that
// a kubelet mounts for its last words when its app could not start.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { TEST_APP } from '../testing/app.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { importFiles } from '../testing/images.ts';
import { untilAnswer } from '../testing/network.ts';
import type { ContainerOptions, Pod } from '../testing/pod.ts';
import type { PodNode } from '../testing/pod-node.ts';

const manifest = await readFile(`${TEST_APP}/spin.toml`, 'utf8');
const wasm = await readFile(`${TEST_APP}/hello.wasm`);
const missingVariable = `${manifest}
[component.hello.variables]
token = "{{ token }}"
[variables]
token = { required = true }
`;

/** Starts a container with the file that a kubelet mounts, which is open to every user; gives the file's path. */
async function start(
  pod: Pod,
  node: PodNode,
  [name, image]: readonly [string, string],
  options: ContainerOptions = {},
  containerPath = '/dev/termination-log',
): Promise<string> {
  const folder = join(node.containerd.directory, 'kubelet/pods/0a1b-2c/containers', name);
  await mkdir(folder, { recursive: true });
  const hostPath = join(folder, '9f8e7d6c');
  await writeFile(hostPath, '');
  await chmod(hostPath, 0o666);
  await pod.start(name, image, { ...options, mounts: [{ containerPath, hostPath }] });
  return hostPath;
}

async function importManifest(node: PodNode, name: string, text: string): Promise<string> {
  const image = await importFiles(node.containerd, name, { 'spin.toml': text, 'hello.wasm': wasm });
  await node.untilImage(image);
  return image;
}

await onEachPodNode('termination message', (test) => {
  test('is in the status when the manifest has a fault, with its place', async (node) => {
    const image = await importManifest(
      node,
      'bad-manifest',
      manifest.replace('component = "hello"', 'component = "helo"'),
    );
    const pod = await node.runPod('pod');
    const fault = /\/spin\.toml:\d+:\d+: trigger\.http\[0\]\.component: no component is named "helo"/;
    await pod.create('app', image);
    assert.match(await pod.startCreated('app').then(() => 'it started', String), fault);
    const { exitCode, reason, message } = await pod.status('app');
    assert.equal([exitCode, reason], [128, 'StartError']);
    assert.match(message, fault);
  });

  test('is in the file of each container whose app could not start, and of no other', async (node) => {
    const unknownImport = await node.importApp('fixtures/apps/unknown-import');
    const variable = await importManifest(node, 'missing-variable', missingVariable);
    const pod = await node.runPod('pod', { sysctls: { 'net.ipv4.ip_unprivileged_port_start': '1024' } });
    const nobody = { runAsUser: { value: 65_534n }, capabilities: { dropCapabilities: ['ALL'] }, readonlyRootfs: true };
    const app = await start(pod, node, ['app', node.images.app]);
    await untilAnswer(`http://${pod.address}/hello`);
    const failing: readonly (readonly [string, string, string, ContainerOptions?, string?])[] = [
      ['import', unknownImport, 'imports "fixture:unknown-import/nowhere@1.0.0"'],
      ['variable', variable, 'no provider resolved required variable(s): ["token"]'],
      ['port', node.images.app, '0.0.0.0:80 is already in use'],
      ['user', node.images.app, '0.0.0.0:80: listen EACCES', { security: nobody }, '/last-words'],
    ];
    for (const [name, image, expected, options, containerPath] of failing) {
      const path = await start(pod, node, [name, image], options, containerPath);
      const { exitCode, reason } = await pod.untilExited(name);
      assert.equal([exitCode, reason], [137, 'Error'], name);
      assert.match(await readFile(path, 'utf8'), expected);
    }
    await pod.stop('app');
    assert.is((await pod.untilExited('app')).exitCode, 0);
    assert.is(await readFile(app, 'utf8'), '');
  });

  test('of an app whose component traps at its start says so, whatever ends it', async (node) => {
    const image = await node.importApp('fixtures/apps/traps-at-start');
    const pod = await node.runPod('pod');
    const path = await start(pod, node, ['app', image]);
    // What a liveness probe sees.
    assert.is((await untilAnswer(`http://${pod.address}/`)).status, 500);
    await pod.stop('app');
    assert.is((await pod.untilExited('app')).exitCode, 0);
    assert.is(await readFile(path, 'utf8'), 'component "trap" cannot be instantiated: unreachable');
  });
});
