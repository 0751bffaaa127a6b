// Kills parts of pods and containerd at random moments, while the pods answer requests and things are done with them, and mends what is
// broken as a kubelet does. What happens is drawn from a seed; when, the machine has a part in.
import { setTimeout as delay } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { createRandom } from '../../guest-runtime/link/testing/random.ts';
import { ContainerState } from '../gen/runtime.v1.ts';
import { findProcesses } from './leftovers.ts';
import { request } from './network.ts';
import type { Pod } from './pod.ts';
import { type PodNode, SLEEP } from './pod-node.ts';
import { until } from './until.ts';

/** How long until everything must be well again, in ms. */
const MEND_MS = 60_000;
/** How long an answer may take, in ms. */
const ANSWER_MS = 2_000;
/** The latest moment of a kill after something was begun: starting a pod takes about as long on a machine that does little else. */
const KILL_WITHIN_MS = 600;
const REPLICAS = 2;
const BODY = 'Hello from C!\n';

/** What may be killed, each by how its command line looks. */
const VICTIMS = {
  worker: / worker$/,
  sidecar: /^sleep 1000$/,
  'pause container': /^\/bin\/sleep 1000000$/,
  shim: / serve$/,
  'OCI runtime': /^runc /,
} as const;
const KILLS = [...Object.keys(VICTIMS), 'containerd by SIGKILL', 'containerd by SIGTERM'] as const;

/** What is done meanwhile with a pod. */
const ACTIONS: Readonly<Record<string, (replica: Replica) => Promise<unknown>>> = {
  nothing: async () => {},
  'exec in a sidecar': ({ pod }) => pod?.execSync('box', ['sh', '-c', 'sleep 0.2; true']) ?? Promise.resolve(),
  'restart of an app': (replica) => replica.restart('app'),
  'restart of a sidecar': (replica) => replica.restart('box'),
  'new pod': (replica) => replica.replace(),
};

/** A pod that is to be there always, as one of a Deployment is. */
class Replica {
  readonly #node: PodNode;
  readonly #name: string;
  #generation = 0;
  pod: Pod | null = null;

  constructor(node: PodNode, name: string) {
    this.#node = node;
    this.#name = name;
  }

  async replace(): Promise<void> {
    await this.pod?.remove();
    this.pod = null;
    const pod = await this.#node.runPod(`${this.#name}-${++this.#generation}`);
    this.pod = pod;
    for (const name of ['app', 'box'] as const) await this.#start(pod, name);
  }

  #start(pod: Pod, name: 'app' | 'box'): Promise<void> {
    const { app, box } = this.#node.images;
    return name === 'app' ? pod.start(name, app) : pod.start(name, box, SLEEP);
  }

  async restart(name: 'app' | 'box'): Promise<void> {
    const { pod } = this;
    if (pod === null) return;
    if (pod.has(name)) {
      await pod.stop(name, 2);
      await pod.removeContainer(name);
    }
    await this.#start(pod, name);
  }

  /** Starts what is not running. */
  async mend(): Promise<void> {
    const { pod } = this;
    if (pod === null || !(await pod.isReady())) return this.replace();
    for (const name of ['app', 'box'] as const) {
      const isRunning = pod.has(name) && (await pod.status(name)).state === ContainerState.CONTAINER_RUNNING;
      if (!isRunning) await this.restart(name);
    }
  }

  async checkAnswer(): Promise<void> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await request(`http://${this.pod?.address}/hello`, { signal });
    assert.equal([answer.status, answer.body], [200, BODY]);
  }
}

/** What is to happen. */
export type ChaosOptions = {
  readonly rounds: number;
  readonly seed: number;
  /** Gets a line for each round. */
  readonly report: (line: string) => void;
};

/** Runs rounds of it. Rejects with the round in which something was not well again, or not told truthfully. */
export async function runChaos(node: PodNode, { rounds, seed, report }: ChaosOptions): Promise<void> {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const replicas = Array.from({ length: REPLICAS }, (_, index) => new Replica(node, `replica-${index}`));
  for (const replica of replicas) await replica.replace();
  const load = startLoad(replicas);
  try {
    for (let round = 1; round <= rounds; round++) {
      const action = pick(Object.keys(ACTIONS));
      const kill = pick(KILLS);
      const afterMs = random(KILL_WITHIN_MS);
      const startedMs = performance.now();
      const line = `round ${round} of seed ${seed}: ${action}, ${afterMs} ms later the end of: ${kill}`;
      try {
        const replica = pick(replicas);
        const acting = ACTIONS[action]?.(replica).catch(() => {});
        await delay(afterMs);
        const told = await killOne(node, kill, random, action === 'nothing');
        await acting;
        await told();
        await mend(node, replicas);
      } catch (cause) {
        throw new Error(`${line}: ${cause}`, { cause });
      }
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      report(`${line}; well again after ${seconds} s, ${load.answers()} answers so far`);
    }
  } finally {
    await load.stop();
  }
  assert.equal(load.faults(), []);
}

/** Kills something that there may be; gives what waits until that is told truthfully. */
async function killOne(
  node: PodNode,
  kill: string,
  random: (limit: number) => number,
  isQuiet: boolean,
): Promise<() => Promise<void>> {
  const [, signal] = /^containerd by (\w+)$/.exec(kill) ?? [];
  if (signal !== undefined) {
    await node.restart(signal as 'SIGTERM' | 'SIGKILL', async () => {});
    return async () => {};
  }
  const tasks = await node.containerd.tasks();
  const pattern = VICTIMS[kill as keyof typeof VICTIMS];
  const find = async () => (await findProcesses(node.containerd.mark)).filter(({ command }) => pattern.test(command));
  // The OCI runtime is there only now and then.
  const found = await until(kill, async () => (await find()).length > 0 && find(), KILL_WITHIN_MS).catch(() => []);
  const victim = found[random(Math.max(found.length, 1))];
  if (victim === undefined) return async () => {};
  try {
    process.kill(victim.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
    return async () => {};
  }
  const [id] = [...tasks].find(([, { pid }]) => pid === victim.pid) ?? [];
  if (id === undefined || !isQuiet || kill === 'pause container') return async () => {};
  return async () => {
    const status = await node.untilExited(id);
    assert.is(status.exitCode, 137, `exit code of the ${kill}`);
  };
}

async function mend(node: PodNode, replicas: readonly Replica[]): Promise<void> {
  let last: unknown;
  const isWell = async () => {
    try {
      await node.removeUnknown();
      for (const replica of replicas) await replica.mend();
      // What died just now may still be said to run.
      for (const replica of replicas) await replica.checkAnswer();
      return true;
    } catch (error) {
      last = error;
      return false;
    }
  };
  await until('everything is well again', isWell, MEND_MS).catch((error) => {
    throw new Error(`${error}: ${last}`);
  });
}

/** Sends requests to all replicas, one after another. No answer is fine while something is dead; a wrong answer never. */
function startLoad(replicas: readonly Replica[]) {
  const faults: string[] = [];
  let answers = 0;
  let isOver = false;
  const loops = replicas.map(async (replica) => {
    while (!isOver) {
      const url = `http://${replica.pod?.address}/hello`;
      const answer = await request(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
      if (answer === null) await delay(20);
      else if (answer.status === 200 && answer.body === BODY) answers++;
      else faults.push(`${answer.status} ${answer.body}`);
    }
  });
  return {
    answers: () => answers,
    faults: () => faults,
    stop: async () => {
      isOver = true;
      await Promise.all(loops);
    },
  };
}
