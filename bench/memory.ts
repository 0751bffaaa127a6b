// What a running container costs in memory: all processes that exist because of it, the shim with the server.
import { readFile } from 'node:fs/promises';
import type { Containerd } from '../host/testing/containerd.ts';
import { findProcesses } from '../host/testing/leftovers.ts';
import { findFreePort, request, untilAnswer } from '../host/testing/network.ts';
import type { Contender } from './contender.ts';

/** Containers at a time: what they share counts for each of them in part. */
const CONTAINERS = 4;
const REQUESTS = 50;

/** Bytes a container: private to its processes, and with their part of what is shared (proportional set size). */
export type Memory = { readonly privateBytes: number; readonly proportionalBytes: number };

/** Measures containers that have answered some requests and now wait; gives the mean of one. */
export async function measureMemory(containerd: Containerd, contender: Contender): Promise<Memory> {
  for (let index = 0; index < CONTAINERS; index++) {
    const address = `127.0.0.1:${await findFreePort()}`;
    const options = { flags: ['--net-host'], environment: contender.listen(address), runtime: contender.runtime };
    await containerd.run(`memory-${index}`, contender.image, options);
    await untilAnswer(`http://${address}/hello`);
    for (let count = 0; count < REQUESTS; count++) await request(`http://${address}/hello`);
  }
  const processes = (await findProcesses(containerd.mark)).filter(({ pid }) => pid !== containerd.pid);
  const rollups = await Promise.all(processes.map(({ pid }) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8')));
  await containerd.removeAll();
  const mean = (field: string): number => rollups.reduce((sum, text) => sum + parseBytes(text, field), 0) / CONTAINERS;
  return { privateBytes: mean('Private_Clean') + mean('Private_Dirty'), proportionalBytes: mean('Pss') };
}

/** Reads a field of `smaps_rollup` (proc_pid_smaps(5)), which counts in units of 1024 bytes. */
function parseBytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
}
