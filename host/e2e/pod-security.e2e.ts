// What a pod's security context and volumes ask for, of Spin containers as of others.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { NamespaceMode, ProfileType } from '../gen/runtime.v1.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { findFreePort, untilAnswer } from '../testing/network.ts';
import { SLEEP } from '../testing/pod-node.ts';
import { until } from '../testing/until.ts';

/** What the restricted profile of the pod security standards asks for, and more. */
const RESTRICTED = {
  runAsUser: { value: 65_534n },
  runAsGroup: { value: 65_534n },
  readonlyRootfs: true,
  noNewPrivs: true,
  capabilities: { dropCapabilities: ['ALL'] },
  seccomp: { profileType: ProfileType.RUNTIME_DEFAULT },
};

await onEachPodNode('security', (test, release) => {
  test('context as strict as can be lets an app serve on port 80', async (node) => {
    const pod = await node.runPod('pod', { sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' } });
    await pod.start('app', node.images.app, { security: RESTRICTED });
    assert.is((await untilAnswer(`http://${pod.address}/hello`)).status, 200);
    const status = await readFile(`/proc/${await node.pidOf(pod, 'app')}/status`, 'utf8');
    for (const line of [
      /^Uid:\s+65534\s/m,
      /^CapEff:\s+0+$/m,
      /^CapBnd:\s+0+$/m,
      /^NoNewPrivs:\s+1$/m,
      /^Seccomp:\s+2$/m,
    ]) {
      assert.match(status, line);
    }
  });

  test('context without the right to port 80 is what the log says', async (node) => {
    const sysctls = { 'net.ipv4.ip_unprivileged_port_start': '1024' };
    const pod = await node.runPod('pod', { sysctls });
    await pod.start('app', node.images.app, { security: RESTRICTED });
    assert.is((await pod.untilExited('app')).exitCode, 137);
    assert.match(await pod.log('app'), 'Unable to listen on 0.0.0.0:80: listen EACCES');
  });

  test('context of an app on a high port needs no more', async (node) => {
    const pod = await node.runPod('pod');
    const environment = { SPIN_HTTP_LISTEN_ADDR: '0.0.0.0:8080' };
    await pod.start('app', node.images.app, { security: RESTRICTED, environment });
    assert.is((await untilAnswer(`http://${pod.address}:8080/hello`)).status, 200);
  });

  test('volumes reach containers of both kinds, read-only where asked', async (node) => {
    const volume = join(node.containerd.directory, 'volume');
    await mkdir(volume, { recursive: true });
    await writeFile(join(volume, 'key'), 'value\n');
    const mounts = [
      { containerPath: '/etc/config', hostPath: volume, readonly: true },
      { containerPath: '/one-file', hostPath: join(volume, 'key') },
    ];
    const pod = await node.runPod('pod');
    await pod.start('app', node.images.app, { mounts });
    await pod.start('box', node.images.box, { ...SLEEP, mounts });
    const script = 'cat /etc/config/key /one-file; echo more > /etc/config/key';
    const { stdout, stderr } = await pod.execSync('box', ['sh', '-c', script]);
    assert.is(stdout, 'value\nvalue\n');
    assert.match(stderr, 'Read-only file system');
    const root = `/proc/${await node.pidOf(pod, 'app')}/root`;
    assert.is(await readFile(`${root}/etc/config/key`, 'utf8'), 'value\n');
    assert.is(await readFile(`${root}/one-file`, 'utf8'), 'value\n');
  });

  test('context with a shared process namespace shows the processes of all containers', async (node) => {
    const pod = await node.runPod('pod', { namespaces: { pid: NamespaceMode.POD } });
    await pod.start('app', node.images.app);
    await pod.start('box', node.images.box, {
      command: ['sh', '-c', 'sleep 1000 & sleep 1000; true'],
    });
    await untilAnswer(`http://${pod.address}/hello`);
    const { stdout } = await pod.execSync('box', ['ps']);
    assert.match(stdout, /worker/);
    const sleepers = async () => (await pod.execSync('box', ['ps'])).stdout.match(/sleep 1000$/gm)?.length;
    await until('both sleep', async () => (await sleepers()) === 2);
    // Its first process is not the namespace's: the kernel would leave the others.
    await pod.stop('box', 0);
    await pod.stop('app');
    assert.is((await pod.untilExited('app')).exitCode, 0);
  });

  // containerd 1.x takes no notice of such a wish.
  if (!release.version.startsWith('1.')) {
    test("context with users of its own runs as others on the node, as far as the node's OCI runtime can", async (node) => {
      await chmod(node.containerd.directory, 0o711);
      const ids = [{ containerId: 0, hostId: 100_000, length: 65_536 }];
      const usernsOptions = { mode: NamespaceMode.POD, uids: ids, gids: ids };
      const pod = await node.runPod('pod', { namespaces: { usernsOptions } });
      const uidOf = async (pid: number) => /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
      assert.is(await uidOf((await node.containerd.tasks()).get(pod.id)?.pid ?? 0), '100000');
      const refusal = await pod.start('app', node.images.app).then(() => '', String);
      if (refusal !== '') {
        // runc knows mapped mounts from 1.2 on; without them containerd makes no container in such a pod, whatever its shim is.
        assert.match(refusal, 'idmap mounts not supported');
        process.stdout.write('\nskipped: an app with users of its own: the OCI runtime is too old\n');
        return;
      }
      assert.is((await untilAnswer(`http://${pod.address}/hello`)).status, 200);
      assert.is(await uidOf(await node.pidOf(pod, 'app')), '100000');
    });
  }

  test('context with the network of the node serves on the node', async (node) => {
    const address = `127.0.0.1:${await findFreePort()}`;
    const pod = await node.runPod('pod', { namespaces: { network: NamespaceMode.NODE } });
    const environment = { SPIN_HTTP_LISTEN_ADDR: address };
    await pod.start('app', node.images.app, { environment });
    assert.is((await untilAnswer(`http://${address}/hello`)).status, 200);
  });
});
