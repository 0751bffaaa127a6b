// How many requests a second: wrk against the app in its container, and against Node's own HTTP server outside of any.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mustRun } from '../host/testing/command.ts';
import type { Containerd } from '../host/testing/containerd.ts';
import { findFreePort, untilAnswer } from '../host/testing/network.ts';
import { type Contender, NODE_SERVER } from './contender.ts';
import { median } from './result.ts';

const ROUNDS = 3;
const SECONDS = 5;
const CONNECTIONS = 16;

/** Measures in turn; gives the medians of the app and of the baseline in requests a second. */
export async function measureRequests(containerd: Containerd, contender: Contender): Promise<[number, number]> {
  const [appAddress, nodeAddress] = [`127.0.0.1:${await findFreePort()}`, `127.0.0.1:${await findFreePort()}`];
  const node = spawn(process.execPath, [NODE_SERVER], { env: { ADDRESS: nodeAddress }, stdio: 'inherit' });
  try {
    const options = { flags: ['--net-host'], environment: contender.listen(appAddress), runtime: contender.runtime };
    await containerd.run('requests', contender.image, options);
    const urls = [appAddress, nodeAddress].map((address) => `http://${address}/hello`);
    for (const url of urls) await untilAnswer(url);
    const samples = urls.map((): number[] => []);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, url] of urls.entries()) {
        const rate = await load(url, round < 0 ? 2 : SECONDS);
        if (round >= 0) samples[index]?.push(rate);
      }
    }
    return [median(samples[0] ?? []), median(samples[1] ?? [])];
  } finally {
    node.kill('SIGKILL');
    await Promise.all([once(node, 'exit'), containerd.removeAll()]);
  }
}

/** Loads a URL and gives the requests a second. Rejects when an answer was no success. */
async function load(url: string, seconds: number): Promise<number> {
  const report = await mustRun('wrk', [
    '--threads',
    '1',
    '--connections',
    `${CONNECTIONS}`,
    '--duration',
    `${seconds}s`,
    url,
  ]);
  const [, bad] = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(report) ?? [];
  if (bad !== undefined) throw new Error(`${url}: ${report}`);
  return Number(/Requests\/sec: +([\d.]+)/.exec(report)?.[1]);
}
