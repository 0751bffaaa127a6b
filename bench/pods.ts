// Pods as Kubernetes runs them, through CRI and on a network of their own: how long many take to answer that are started together, and what
// one costs in memory beside others.

import { setTimeout as delay } from 'node:timers/promises';
import { SPIN_RUNTIME } from '../host/testing/containerd.ts';
import { request } from '../host/testing/network.ts';
import { openPodNode, type PodNode } from '../host/testing/pod-node.ts';
import type { Release } from '../host/testing/releases.ts';
import { until } from '../host/testing/until.ts';
import { type Contender, importNodeServer, importSpinApp } from './contender.ts';
import { addMemory, listPids } from './memory.ts';
import { createResult, median, type Result } from './result.ts';

const TOGETHER = 20;
const ROUNDS = 3;
/** How many pods there are when memory is read. */
const CROWDS = [1, 10, 50];
const REQUESTS = 20;
const ANSWER_MS = 60_000;
/** Between two looks at memory, in ms: pods give some back when they have been quiet for two seconds. */
const SETTLE_MS = 4_000;
/** How long the shims of many pods may take to end, in ms. */
const CLEAN_MS = 60_000;
const MEBIBYTE = 2 ** 20;
/** Where contenders listen in their pods. */
const LISTEN = '0.0.0.0:80';

/** A contender, and CRI's handler of its runtime. */
type PodContender = Contender & { readonly handler: string };

/** Measures how long pods take that are started together, from the first call to the last first answer. */
export async function measurePodStart(release: Release): Promise<Result[]> {
  return onNode(release, async (node, contenders) => {
    const samples = contenders.map((): number[] => []);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, contender] of contenders.entries()) {
        const startedMs = performance.now();
        // The first round fills caches, for which one is enough.
        await startPods(node, contender, 0, round < 0 ? 1 : TOGETHER);
        if (round >= 0) samples[index]?.push(performance.now() - startedMs);
        await node.removeAll();
        await node.untilClean(CLEAN_MS);
      }
    }
    const [value = 0, baseline = 0] = samples.map(median);
    return [createResult(`pods-${TOGETHER}`, 'ms', value, baseline)];
  });
}

/** Measures the memory of a pod, its shim and pause container included: the proportional set size of all its processes. */
export async function measurePodMemory(release: Release): Promise<Result[]> {
  return onNode(release, async (node, contenders) => {
    const [values = [], baselines = []] = [
      await measureCrowds(node, contenders[0]),
      await measureCrowds(node, contenders[1]),
    ];
    return CROWDS.map((count, index) =>
      createResult(`pod-memory, ${count}`, 'MiB', values[index] ?? 0, baselines[index] ?? 0),
    );
  });
}

async function measureCrowds(node: PodNode, contender: PodContender): Promise<number[]> {
  const means: number[] = [];
  let running = 0;
  for (const count of CROWDS) {
    // No more than ten start at a time, as they have requests to answer as well.
    for (; running < count; running += Math.min(10, count - running)) {
      await startPods(node, contender, running, Math.min(count, running + 10), REQUESTS);
    }
    means.push((await readSettledMemory(node)) / count / MEBIBYTE);
  }
  await node.removeAll();
  await node.untilClean(CLEAN_MS);
  return means;
}

/** Reads the memory of all pods once they have given back what starting took. */
async function readSettledMemory(node: PodNode): Promise<number> {
  for (let last = Number.POSITIVE_INFINITY; ; ) {
    await delay(SETTLE_MS);
    const { proportionalBytes } = await addMemory(await listPids(node.containerd));
    if (proportionalBytes > last * 0.99) return proportionalBytes;
    last = proportionalBytes;
  }
}

/** Starts pods with these numbers together; resolves when each has answered so many requests. */
async function startPods(node: PodNode, contender: PodContender, from: number, to: number, answers = 1): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  await Promise.all(
    numbers.map(async (number) => {
      const pod = await node.runPod(`pod-${number}`, { handler: contender.handler });
      await pod.start('app', contender.image, { environment: environmentOf(contender) });
      const url = `http://${pod.address}/hello`;
      await until(`${url} answers`, async () => (await request(url)).status === 200, ANSWER_MS);
      for (let count = 1; count < answers; count++) await request(url);
    }),
  );
}

function environmentOf({ listen }: Contender): Record<string, string> {
  return Object.fromEntries(listen(LISTEN).map((entry) => entry.split('=', 2) as [string, string]));
}

async function onNode(
  release: Release,
  measure: (node: PodNode, contenders: readonly [PodContender, PodContender]) => Promise<Result[]>,
): Promise<Result[]> {
  const node = await openPodNode({ release, runtime: SPIN_RUNTIME });
  try {
    const app = { ...(await importSpinApp(node.containerd)), handler: 'spin' };
    const server = { ...(await importNodeServer(node.containerd)), handler: 'runc' };
    for (const { image } of [app, server]) await node.untilImage(image);
    return await measure(node, [app, server]);
  } finally {
    await node.close();
  }
}
