// Removes by force what an instance left: for the end of a test, also of one that failed.

import { globSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { runCommand } from './command.ts';
import { findLeftovers, findProcesses, type Instance } from './leftovers.ts';
import { until } from './until.ts';

/** Kills processes, unmounts, and removes cgroups, sockets and state of an instance. Rejects, removing no file, when something stays mounted. */
export async function sweep(instance: Instance): Promise<void> {
  const { mark } = instance;
  await until('its processes have ended', async () => {
    const processes = (await findProcesses(mark)).filter(({ pid }) => pid !== process.pid);
    for (const { pid } of processes) killProcess(pid);
    return processes.length === 0;
  }).catch(() => {});
  const left = await findLeftovers(instance);
  // Deepest first; lazily, for what is still in use.
  for (const path of left.mounts.toReversed()) await runCommand('umount', ['--lazy', path]);
  // Removing a folder below which something is still mounted would remove what is mounted there.
  if ((await findLeftovers(instance)).mounts.length > 0) throw new Error(`cannot unmount ${left.mounts.join(', ')}`);
  for (const path of [...left.sockets, ...left.stateFiles])
    await rm(path, { recursive: true, force: true }).catch(() => {});
  for (const path of left.cgroups) await removeCgroup(path);
  for (const path of globSync([`/sys/fs/cgroup/${mark}`, `/sys/fs/cgroup/*/${mark}`])) await removeCgroup(path);
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it ended by itself.
  }
}

/** A cgroup is removed by removing its folders, the innermost first; its files go with it. */
async function removeCgroup(path: string): Promise<void> {
  const folders = [path, ...globSync(`${path}/**/`)].sort((a, b) => b.length - a.length);
  for (const folder of folders) await rmdir(folder).catch(() => {});
}
