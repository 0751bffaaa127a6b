// What a pod asks its node to hold it to: limits of memory and CPU, and how a container that goes beyond them is told of.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { findApp } from '../build/fixture/app.ts';
import { TEST_APP } from '../testing/app.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { findProcesses } from '../testing/leftovers.ts';
import { request, untilAnswer } from '../testing/network.ts';
import { timeScale, until } from '../testing/until.ts';

const MEBIBYTE = 1n << 20n;
const PERIOD = 100_000n;
/** A tenth of a processor, where that is a real one; what an emulated one does is no more in all. */
const TENTH = BigInt(Math.min(10_000 * timeScale, Number(PERIOD)));
/** A shell that doubles a string until there is no more memory. */
const GREEDY = ['sh', '-c', 'x=0123456789abcdef; while :; do x=$x$x; done'];

const javascript = findApp('hello-js');
if (!javascript) process.stdout.write('skipped: JavaScript in a small pod: hello-js is not built on this machine\n');

await onEachPodNode('limit', (test) => {
  test('of memory kills a container, which is then OOMKilled', async (node) => {
    const pod = await node.runPod('pod');
    const resources = { memoryLimitInBytes: 16n * MEBIBYTE };
    await pod.start('greedy', node.images.box, { command: GREEDY, resources });
    const { exitCode, reason } = await pod.untilExited('greedy');
    assert.equal([exitCode, reason], [137, 'OOMKilled']);
  });

  test('of memory kills an app that goes beyond it, which is then OOMKilled', async (node) => {
    const pod = await node.runPod('pod');
    await pod.start('app', node.images.app, { resources: { memoryLimitInBytes: 64n * MEBIBYTE } });
    await untilAnswer(`http://${pod.address}/hello`);
    await request(`http://${pod.address}/allocate/200`).catch(() => {});
    const { exitCode, reason } = await pod.untilExited('app');
    assert.equal([exitCode, reason], [137, 'OOMKilled']);
  });

  test(`of 128 MiB and a tenth of a CPU lets ${javascript ? 'an app in JavaScript' : 'an app'} serve`, async (node) => {
    const image = await node.importApp(javascript ?? TEST_APP);
    const pod = await node.runPod('pod');
    const resources = { memoryLimitInBytes: 128n * MEBIBYTE, cpuPeriod: PERIOD, cpuQuota: TENTH };
    await pod.start('app', image, { resources, environment: { SPIN_VARIABLE_TOKEN: 'any' } });
    const url = `http://${pod.address}/`;
    await untilAnswer(url);
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => request(url)));
      assert.equal(new Set(answers.map(({ status }) => status)), new Set([200]));
    }
    const bytes = (await pod.stats('app'))?.memory?.workingSetBytes?.value ?? 0n;
    assert.ok(bytes > MEBIBYTE && bytes < 128n * MEBIBYTE, `a working set of ${bytes} bytes`);
  });

  test('of shims is that of the cgroup which the node has for them', async (node) => {
    const { containerd } = node;
    const path = `/shims-${containerd.mark}`;
    const folder = (existsSync('/sys/fs/cgroup/cgroup.procs') ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory') + path;
    await mkdir(folder);
    await containerd.configureShim(`ShimCgroup = "${path}"`);
    const pod = await node.runPod('pod');
    await pod.start('box', node.images.box, { command: ['sleep', '1000'] });
    const [shim] = (await findProcesses(containerd.mark)).filter(({ command }) => command.endsWith(' serve'));
    assert.is((await readFile(`${folder}/cgroup.procs`, 'utf8')).trim(), String(shim?.pid));
    await containerd.configureShim('');
    await pod.remove();
    await until('the shim has ended', () => rmdir(folder).then(() => true));
  });

  test('is changed while an app serves', async (node) => {
    const pod = await node.runPod('pod');
    await pod.start('app', node.images.app);
    await untilAnswer(`http://${pod.address}/hello`);
    await pod.updateResources('app', { memoryLimitInBytes: 200n * MEBIBYTE });
    assert.is(await node.memoryLimit(pod, 'app'), 200n * MEBIBYTE);
    assert.is((await request(`http://${pod.address}/hello`)).status, 200);
  });
});
