// Pods as Kubernetes runs them: containerd's CRI plugin, a network of its own, sidecars beside a Spin container. What a kubelet asks for
// is asked here.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { onEachPodNode } from '../testing/each-release.ts';
import { findProcesses } from '../testing/leftovers.ts';
import { request, untilAnswer } from '../testing/network.ts';
import { SLEEP } from '../testing/pod-node.ts';
import { until } from '../testing/until.ts';

const HELLO = 'Hello from C!\n';

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const outcome = await promise.then(
    () => 'success',
    (error: Error) => error.message,
  );
  assert.match(outcome, message);
}

await onEachPodNode('pod', (test) => {
  test('answers at its address: to the node, to its sidecar, to another pod', async (node) => {
    const first = await node.runAppWithSidecar();
    const second = await node.runPod('second');
    await second.start('box', node.images.box, SLEEP);
    assert.is.not(first.address, second.address);
    assert.is((await request(`http://${first.address}/hello`)).body, HELLO);
    for (const [pod, host] of [
      [first, '127.0.0.1'],
      [second, first.address],
    ] as const) {
      const answer = await pod.execSync('box', ['wget', '-q', '-O', '-', `http://${host}/hello`]);
      assert.equal(answer, { code: 0, stdout: HELLO, stderr: '' });
    }
  });

  test('has one shim, which each of its bundles names', async (node) => {
    await node.runAppWithSidecar();
    const processes = await findProcesses(node.containerd.mark);
    assert.is(processes.filter(({ command }) => / -namespace .* serve$/.test(command)).length, 1);
    const bundles = join(node.containerd.directory, 'state/io.containerd.runtime.v2.task/k8s.io');
    const addresses = (await readdir(bundles)).map((id) => readFile(join(bundles, id, 'address'), 'utf8'));
    assert.is(addresses.length, 3);
    assert.is(new Set(await Promise.all(addresses)).size, 1);
  });

  test('has one network, host name and IPC for its containers, whose processes do not see each other', async (node) => {
    const pod = await node.runAppWithSidecar();
    const pids = [await node.pidOf(pod, 'app'), await node.pidOf(pod, 'box')];
    pids.push((await node.containerd.tasks()).get(pod.id)?.pid ?? 0);
    for (const [kind, count] of Object.entries({ net: 1, uts: 1, ipc: 1, pid: 3, mnt: 3 })) {
      const namespaces = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/${kind}`)));
      assert.is(new Set(namespaces).size, count, kind);
    }
  });

  test('runs commands in a sidecar: to their end, with streams, in a terminal', async (node) => {
    const pod = await node.runAppWithSidecar();
    const result = await pod.execSync('box', ['sh', '-c', 'echo out; echo err >&2; exit 3']);
    assert.equal(result, { code: 3, stdout: 'out\n', stderr: 'err\n' });
    const streams = await pod.exec('box', ['sh', '-c', 'read line; echo "got $line"; exit 4']);
    streams.write('something\n');
    assert.equal(await streams.untilEnd(), { code: 4, stdout: 'got something\n', stderr: '' });
    const script = 'until [ "$(stty size 2>/dev/null)" = "33 99" ]; do sleep 0.05; done; test -t 0 && echo a terminal';
    const terminal = await pod.exec('box', ['sh', '-c', script], { tty: true });
    terminal.resize(99, 33);
    assert.equal(await terminal.untilEnd(), { code: 0, stdout: 'a terminal\r\n', stderr: '' });
  });

  test('ends a command that takes too long', async (node) => {
    const pod = await node.runAppWithSidecar();
    await rejects(pod.execSync('box', ['sleep', '1000'], 1), /timeout .*exceeded/);
  });

  test('says that a Spin container has no programs', async (node) => {
    const pod = await node.runAppWithSidecar();
    await rejects(pod.execSync('app', ['sh']), /cannot run "sh" in a Spin container/);
    assert.is((await request(`http://${pod.address}/hello`)).body, HELLO);
  });

  test('is attached to', async (node) => {
    const pod = await node.runPod('pod');
    const options = {
      command: ['sh', '-c', 'while read line; do echo "got $line"; done'],
      stdin: true,
      stdinOnce: true,
    };
    await pod.start('box', node.images.box, options);
    const stream = await pod.attach('box');
    stream.write('something\n');
    await until('the answer is there', () => stream.written() === 'got something\n');
    stream.close();
    assert.is((await pod.untilExited('box')).exitCode, 0);
  });

  test('shows what an app writes to whoever is attached to it', async (node) => {
    const pod = await node.runAppWithSidecar();
    const stream = await pod.attach('app');
    // The connection is there before it leads to the streams.
    await until('the line is there', async () => {
      await request(`http://${pod.address}/print`);
      return stream.complained().includes('a line on stderr\n');
    });
    await pod.stop('app');
    assert.is((await stream.untilEnd()).code, 0);
  });

  test('reports what its containers use, and what they use together', async (node) => {
    const pod = await node.runAppWithSidecar();
    const stats = await pod.stats('app');
    assert.ok((stats?.cpu?.usageCoreNanoSeconds?.value ?? 0n) > 10_000_000n, 'over 10 ms of CPU time');
    const bytes = Number(stats?.memory?.workingSetBytes?.value);
    assert.ok(bytes > 2 ** 20 && bytes < 2 ** 28, `a working set of ${bytes} bytes`);
    const whole = (await pod.podStats())?.linux;
    assert.is(whole?.containers.length, 2);
    assert.ok((whole?.memory?.workingSetBytes?.value ?? 0n) > 2n ** 20n);
  });

  test('keeps the logs of each container', async (node) => {
    const pod = await node.runAppWithSidecar();
    await request(`http://${pod.address}/print`);
    const log = await until('the guest has printed', async () => {
      const text = await pod.log('app');
      return text.includes(' stderr F ') && text;
    });
    assert.match(log, /^\S+ stdout F .*Available Routes:$/m);
  });

  test('restarts a container and leaves the others alone', async (node) => {
    const pod = await node.runAppWithSidecar();
    const before = await pod.status('box');
    await pod.stop('app');
    assert.is((await pod.untilExited('app')).exitCode, 0);
    await pod.removeContainer('app');
    await pod.start('app', node.images.app);
    await untilAnswer(`http://${pod.address}/hello`);
    assert.equal(await pod.status('box'), before);
  });

  test('runs an init container before its app', async (node) => {
    const pod = await node.runPod('pod');
    await pod.start('init', node.images.box, { command: ['sh', '-c', 'echo ready'] });
    assert.equal([(await pod.untilExited('init')).exitCode, (await pod.status('init')).reason], [0, 'Completed']);
    await pod.start('app', node.images.app);
    assert.is((await untilAnswer(`http://${pod.address}/hello`)).body, HELLO);
  });

  test('is stopped with its containers, and can be removed', async (node) => {
    const pod = await node.runAppWithSidecar();
    await pod.stopSandbox();
    assert.is((await pod.status('app')).state, 2);
    await pod.remove();
  });

  test('kills a container that goes on after its grace time', async (node) => {
    const pod = await node.runAppWithSidecar();
    await pod.stop('box', 1);
    assert.is((await pod.untilExited('box')).exitCode, 137);
    assert.is((await request(`http://${pod.address}/hello`)).status, 200);
  });
});
