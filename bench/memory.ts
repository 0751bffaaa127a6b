// What a running container costs in memory: all processes that exist because of it, the shim with the server.
import { readFile } from 'node:fs/promises';
import type { Containerd } from '../host/testing/containerd.ts';
import { findProcesses } from '../host/testing/leftovers.ts';
import { findFreePort, request, untilAnswer } from '../host/testing/network.ts';
import type { Contender } from './contender.ts';

/** Containers at a time: what they share counts for each of them in part. */
const CONTAINERS = 4;
const REQUESTS = 50;

/** Bytes a container: private to its processes, shared with others, and with their part of what is shared (proportional set size). */
export type Memory = {
  readonly privateBytes: number;
  readonly sharedBytes: number;
  readonly proportionalBytes: number;
};

/** Measures containers that have answered some requests and now wait; gives the mean of one. */
export async function measureMemory(containerd: Containerd, contender: Contender): Promise<Memory> {
  for (let index = 0; index < CONTAINERS; index++) {
    await runAndAsk(containerd, contender, `memory-${index}`);
  }
  const { privateBytes, sharedBytes, proportionalBytes } = await addMemory(await listPids(containerd));
  await containerd.removeAll();
  return {
    privateBytes: privateBytes / CONTAINERS,
    sharedBytes: sharedBytes / CONTAINERS,
    proportionalBytes: proportionalBytes / CONTAINERS,
  };
}

/** Measures a container that is alone, and another of the same image that comes to it: what the second does not share with the first. */
export async function measureSecond(containerd: Containerd, contender: Contender): Promise<[Memory, Memory]> {
  await runAndAsk(containerd, contender, 'first');
  const pids = await listPids(containerd);
  const first = await addMemory(pids);
  await runAndAsk(containerd, contender, 'second');
  const second = await addMemory((await listPids(containerd)).filter((pid) => !pids.includes(pid)));
  await containerd.removeAll();
  return [first, second];
}

async function runAndAsk(containerd: Containerd, contender: Contender, name: string): Promise<void> {
  const address = `127.0.0.1:${await findFreePort()}`;
  const options = { flags: ['--net-host'], environment: contender.listen(address), runtime: contender.runtime };
  await containerd.run(name, contender.image, options);
  await untilAnswer(`http://${address}/hello`);
  for (let count = 0; count < REQUESTS; count++) await request(`http://${address}/hello`);
}

/** Lists the processes of all containers of a containerd. */
export async function listPids(containerd: Containerd): Promise<number[]> {
  const processes = await findProcesses(containerd.mark);
  return processes.map(({ pid }) => pid).filter((pid) => pid !== containerd.pid);
}

/** Reads what processes use together. */
export async function addMemory(pids: readonly number[]): Promise<Memory> {
  const rollups = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8')));
  const sum = (...fields: readonly string[]): number =>
    rollups.flatMap((text) => fields.map((field) => parseBytes(text, field))).reduce((all, bytes) => all + bytes, 0);
  return {
    privateBytes: sum('Private_Clean', 'Private_Dirty'),
    sharedBytes: sum('Shared_Clean', 'Shared_Dirty'),
    proportionalBytes: sum('Pss'),
  };
}

/** Reads a field of `smaps_rollup` (proc_pid_smaps(5)), which counts in units of 1024 bytes. */
function parseBytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
}
