// The command behind `make bench`: measures the executable's start, an app's start, memory and requests, and pods side by side with a baseline,
// prints a table and writes bench/results.json. Arguments name some of them; all when left out.
import { writeFile } from 'node:fs/promises';
import { type Containerd, openContainerd } from '../host/testing/containerd.ts';
import { closeOnSignal, requireRoot } from '../host/testing/each-release.ts';
import { listReleases } from '../host/testing/releases.ts';
import { type Contender, importNodeServer, importSpinApp, JAVASCRIPT_APP } from './contender.ts';
import { engineBenchmarks } from './engine.ts';
import { measureMemory, measureSecond } from './memory.ts';
import { measurePodMemory, measurePodStart } from './pods.ts';
import { measureProcess } from './process.ts';
import { measureRequests } from './requests.ts';
import { createResult, formatTable, type Result } from './result.ts';
import { measureStart } from './start.ts';

const OUTPUT = 'bench/results.json';
const BASELINES =
  "baseline: the same answer from Node under io.containerd.runc.v2; process: node -e 0; requests, hello and grow: bare node:http;\njs-pristine, crossing, link: the same on jco's engine; soak: after the first 50,000 of 1,000,000 requests;\nsecond-pod: the first pod of a JavaScript app, private memory when it is alone";
const MEBIBYTE = 2 ** 20;

type Benchmark = (containerd: Containerd, app: Contender, node: Contender) => Promise<Result[]>;

const benchmarks: Readonly<Record<string, Benchmark>> = {
  process: async () => [createResult('process', 'ms', ...(await measureProcess()))],
  start: async (containerd, app, node) => {
    const [value = 0, baseline = 0] = await measureStart(containerd, [app, node]);
    return [createResult('start', 'ms', value, baseline)];
  },
  memory: async (containerd, app, node) => {
    const value = await measureMemory(containerd, app);
    const baseline = await measureMemory(containerd, node);
    return [
      createResult('memory, private', 'MiB', value.privateBytes / MEBIBYTE, baseline.privateBytes / MEBIBYTE),
      createResult(
        'memory, proportional',
        'MiB',
        value.proportionalBytes / MEBIBYTE,
        baseline.proportionalBytes / MEBIBYTE,
      ),
    ];
  },
  'second-pod': async (containerd) => {
    const [first, second] = await measureSecond(containerd, await importSpinApp(containerd, JAVASCRIPT_APP));
    return [
      createResult('second-pod', 'MiB', second.privateBytes / MEBIBYTE, first.privateBytes / MEBIBYTE),
      createResult('second-pod, shared', 'MiB', second.sharedBytes / MEBIBYTE, first.sharedBytes / MEBIBYTE),
    ];
  },
  requests: async (containerd, app) => {
    const [value, baseline] = await measureRequests(containerd, app);
    return [createResult('requests', 'requests/s', value, baseline)];
  },
  'pods-20': async ({ release }) => measurePodStart(release),
  'pod-memory': async ({ release }) => measurePodMemory(release),
  ...engineBenchmarks,
};

requireRoot();
closeOnSignal();
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
const release = (await listReleases()).at(-1);
const containerd = await openContainerd(release ? { release } : {});
const results: Result[] = [];
try {
  const [app, node] = [await importSpinApp(containerd), await importNodeServer(containerd)];
  for (const name of names) {
    const benchmark = benchmarks[name];
    if (benchmark === undefined) throw new Error(`no benchmark "${name}": want ${Object.keys(benchmarks).join(', ')}`);
    process.stdout.write(`measuring ${name} ...\n`);
    results.push(...(await benchmark(containerd, app, node)));
  }
} finally {
  await containerd.close();
}
await writeFile(OUTPUT, `${JSON.stringify(results, null, 2)}\n`);
process.stdout.write(`\ncontainerd ${containerd.release.version}; ${BASELINES}\n\n`);
process.stdout.write(`${formatTable(results)}\n`);
