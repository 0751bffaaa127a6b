// How long a person waits: from calling `ctr run` to the first answer.
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Containerd } from '../host/testing/containerd.ts';
import { findFreePort } from '../host/testing/network.ts';
import type { Contender } from './contender.ts';
import { median } from './result.ts';

const ROUNDS = 15;
/** Between two attempts to get an answer: fine enough to measure by, coarse enough to leave the processors alone. */
const RETRY_MS = 2;
const DEADLINE_MS = 30_000;

/** Measures the start of each contender in turn, so that a busy moment meets all of them; gives medians in milliseconds. */
export async function measureStart(containerd: Containerd, contenders: readonly Contender[]): Promise<number[]> {
  const samples = contenders.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      const elapsedMs = await startOnce(containerd, contender, `start-${index}-${round + 1}`);
      // The first round fills caches.
      if (round >= 0) samples[index]?.push(elapsedMs);
    }
  }
  return samples.map(median);
}

/** Starts a contender, waits for its answer and removes it; gives the milliseconds it took. */
export async function startOnce(containerd: Containerd, contender: Contender, name: string): Promise<number> {
  const port = await findFreePort();
  const environment = contender.listen(`127.0.0.1:${port}`);
  const startedMs = performance.now();
  const running = containerd.run(name, contender.image, {
    flags: ['--net-host'],
    environment,
    runtime: contender.runtime,
  });
  try {
    const answered = untilAnswered(port, startedMs + DEADLINE_MS).then(() => performance.now() - startedMs);
    const [elapsedMs] = await Promise.all([answered, running]);
    return elapsedMs;
  } finally {
    await running.catch(() => {});
    await containerd.remove(name);
  }
}

async function untilAnswered(port: number, deadlineMs: number): Promise<void> {
  while (performance.now() < deadlineMs) {
    if (await tryRequest(port)) return;
    await delay(RETRY_MS);
  }
  throw new Error(`no answer on port ${port}`);
}

function tryRequest(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  request({ port, host: '127.0.0.1', path: '/hello', agent: false }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode === 200));
  })
    .once('error', () => resolve(false))
    .end();
  return promise;
}
