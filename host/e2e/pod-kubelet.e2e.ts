// What people and kubelets do with a pod that runs: forward a port, copy files, probe, debug, and mount a part of a volume.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { NamespaceMode } from '../gen/runtime.v1.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { untilAnswer } from '../testing/network.ts';
import { SLEEP } from '../testing/pod-node.ts';
import { until } from '../testing/until.ts';

await onEachPodNode('kubelet', (test) => {
  test('forwards a port to an app, which it also probes, and copies files to and from a sidecar', async (node) => {
    const pod = await node.runAppWithSidecar();
    const tunnel = await pod.forward(80);
    tunnel.write('GET /hello HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n');
    const answer = await until('the answer is there', () => tunnel.received().includes('Hello') && tunnel.received());
    tunnel.close();
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    const silent = await pod.forward(81);
    await until('it is refused', () => silent.error().includes('refused'));
    silent.close();

    // An HTTP probe is a request to the pod's address; an exec probe is a command whose exit code counts.
    assert.is((await untilAnswer(`http://${pod.address}/.well-known/spin/health`)).status, 200);
    assert.is((await pod.execSync('box', ['sh', '-c', 'wget -q -O - http://127.0.0.1/hello | cat'], 2)).code, 0);
    assert.is((await pod.execSync('box', ['test', '-e', '/absent'], 2)).code, 1);

    // As `kubectl cp`: tar on both sides of a stream.
    const archive = await pod.execSync('box', ['sh', '-c', 'echo copied > /tmp/one && tar cf - -C /tmp one']);
    const size = archive.stdout.length;
    const copy = await pod.exec('box', ['sh', '-c', `mkdir /tmp/in && head -c ${size} | tar xmf - -C /tmp/in`]);
    copy.write(archive.stdout);
    assert.is((await copy.untilEnd()).code, 0);
    assert.is((await pod.execSync('box', ['cat', '/tmp/in/one'])).stdout, 'copied\n');
  });

  test('debugs an app by a container that sees its processes, and gives an app one file of a volume', async (node) => {
    const volume = join(node.containerd.directory, 'volume');
    await mkdir(join(volume, 'part'), { recursive: true });
    await writeFile(join(volume, 'part/key'), 'value\n');
    // A kubelet binds the part of a volume somewhere and gives its path there, of a file or a folder.
    const mounts = [
      { containerPath: '/data/key', hostPath: join(volume, 'part/key'), readonly: true },
      { containerPath: '/data/more', hostPath: join(volume, 'part') },
    ];
    const pod = await node.runPod('pod');
    await pod.start('app', node.images.app, { mounts });
    await untilAnswer(`http://${pod.address}/hello`);
    const root = `/proc/${await node.pidOf(pod, 'app')}/root`;
    for (const name of ['key', 'more/key']) assert.is(await readFile(`${root}/data/${name}`, 'utf8'), 'value\n');

    const namespaces = { pid: NamespaceMode.TARGET, targetId: pod.containerId('app') };
    await pod.start('debugger', node.images.box, { ...SLEEP, namespaces });
    const { stdout } = await pod.execSync('debugger', ['ps']);
    assert.match(stdout, /^ +1 .*worker$/m);
    const files = await pod.execSync('debugger', ['cat', '/proc/1/root/spin.toml']);
    assert.match(files.stdout, 'spin_manifest_version');
    await pod.stop('debugger', 0);
    await pod.removeContainer('debugger');
    assert.is((await untilAnswer(`http://${pod.address}/hello`)).status, 200);
  });

  test('runs a privileged pod, whose containers have every capability that the node has', async (node) => {
    const pod = await node.runPod('pod', { privileged: true });
    const security = { privileged: true };
    await pod.start('app', node.images.app, { security });
    await pod.start('box', node.images.box, { ...SLEEP, security });
    assert.is((await untilAnswer(`http://${pod.address}/hello`)).status, 200);
    const capabilitiesOf = async (path: string) => /^CapEff:\s+(\w+)$/m.exec(await readFile(path, 'utf8'))?.[1];
    const own = await capabilitiesOf(`/proc/${node.containerd.pid}/status`);
    for (const name of ['app', 'box']) {
      assert.is(await capabilitiesOf(`/proc/${await node.pidOf(pod, name)}/status`), own, name);
    }
  });
});
