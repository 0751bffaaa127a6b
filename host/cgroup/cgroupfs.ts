// Reads, empties and removes the cgroup of a container through /sys/fs/cgroup. The OCI runtime makes it and sets its limits.

import { existsSync } from 'node:fs';
import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Any } from '../gen/google.protobuf.ts';
import { Metrics as MetricsV1 } from '../gen/io.containerd.cgroups.v1.ts';
import { Metrics as MetricsV2 } from '../gen/io.containerd.cgroups.v2.ts';
import { packAny } from '../protobuf/any.ts';
import { metricsFromV1, oomKillsFromV1, PARTITIONS, v1Files } from './metrics-v1.ts';
import { metricsFromV2, oomKillsFromV2, v2Files } from './metrics-v2.ts';
import { type Cgroup, locateCgroup, locateFutureCgroup, UNIFIED } from './path.ts';
import { type FileTexts, hugePageSizesOf, parseNumber, UNLIMITED } from './stat.ts';

/** Between two looks at a cgroup that is being emptied, in milliseconds, and how often. */
const EMPTY_POLL_MS = 10;
const EMPTY_POLLS = 300;
const REMOVE_ATTEMPTS = 10;

/** Finds the cgroup of a process that exists. Rejects with a system error. */
export async function findCgroup(pid: number): Promise<Cgroup> {
  const paths = [`/proc/${pid}/cgroup`, '/proc/self/cgroup', '/proc/self/mountinfo'];
  const [text = '', own = '', mountInfo = ''] = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return locateCgroup(text, own, mountInfo);
}

/**
 * Says where the cgroup will be that a spec asks for. Folders that exist already are left out, because they are not the container's alone:
 * what is made of the rest may be removed by whoever finds it. Null when nothing can be said.
 */
export async function planCgroup(cgroupsPath: string | undefined): Promise<Cgroup | null> {
  const cgroup = locateFutureCgroup(cgroupsPath ?? '', await readFile('/proc/self/mountinfo', 'utf8'));
  if (cgroup === null) return null;
  const free = Object.entries(cgroup.directories).filter(([, directory]) => !existsSync(directory));
  return { ...cgroup, directories: Object.fromEntries(free) };
}

/**
 * Moves a process into a cgroup that exists, in every hierarchy that has it. Rejects with ENOENT when none has, and with other system errors.
 * @param path from the root of the hierarchies
 */
export async function joinCgroup(path: string, pid: number, root = '/sys/fs/cgroup'): Promise<void> {
  const entries = await readdir(root);
  // Only a unified hierarchy has files of its own there.
  const hierarchies = entries.includes('cgroup.procs') ? [root] : entries.map((name) => join(root, name));
  const writes = hierarchies.map((hierarchy) =>
    writeFile(join(hierarchy, path, 'cgroup.procs'), String(pid), { flag: 'r+' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
        throw error;
      },
    ),
  );
  const joined = await Promise.all(writes);
  if (joined.includes(true)) return;
  throw Object.assign(new Error(`no hierarchy below ${root} has the cgroup "${path}"`), { code: 'ENOENT' });
}

/** Reads the usage of a cgroup. Works until the cgroup is removed; what cannot be read counts 0. */
export async function readMetrics(cgroup: Cgroup): Promise<Any> {
  const pageSizes = hugePageSizesOf(await readdir('/sys/kernel/mm/hugepages').catch(() => []));
  if (cgroup.version === 2) {
    const files = await readFiles({ [UNIFIED]: v2Files(pageSizes) }, cgroup);
    return packAny(MetricsV2, metricsFromV2(files, pageSizes));
  }
  const partitions = await readFile(PARTITIONS, 'utf8').catch(() => '');
  const files = new Map([...(await readFiles(v1Files(pageSizes), cgroup)), [PARTITIONS, partitions] as const]);
  return packAny(MetricsV1, metricsFromV1(files, pageSizes));
}

/**
 * Reads how many processes and threads a cgroup may have in all, by its own limit and by what those above it leave; `UNLIMITED` where
 * nothing limits them.
 */
export async function readPidsRoom({ directories }: Cgroup): Promise<bigint> {
  let directory = directories['pids'] ?? directories[UNIFIED] ?? '';
  const read = (name: string) => readFile(join(directory, name), 'utf8').catch(() => undefined);
  const own = parseNumber(await read('pids.current'));
  let room = UNLIMITED;
  // The root of the hierarchy has no limit, and no file for one.
  for (let text = await read('pids.max'); text !== undefined; text = await read('pids.max')) {
    const limit = parseNumber(text);
    const others = parseNumber(await read('pids.current')) - own;
    if (limit !== UNLIMITED && limit - others < room) room = limit - others;
    directory = dirname(directory);
  }
  return room;
}

/** Reads how often the kernel has killed a process of the cgroup for lack of memory; null when that cannot be read. */
export async function readOomKills(cgroup: Cgroup): Promise<bigint | null> {
  const names = cgroup.version === 2 ? { [UNIFIED]: ['memory.events'] } : { memory: ['memory.oom_control'] };
  const files = await readFiles(names, cgroup);
  if (files.size === 0) return null;
  return cgroup.version === 2 ? oomKillsFromV2(files) : oomKillsFromV1(files);
}

async function readFiles(names: Readonly<Record<string, readonly string[]>>, cgroup: Cgroup): Promise<FileTexts> {
  const texts = new Map<string, string>();
  const read = async (directory: string, name: string) => {
    const text = await readFile(join(directory, name), 'utf8').catch(() => null);
    if (text !== null) texts.set(name, text);
  };
  const reads = Object.entries(names).flatMap(([controller, files]) => {
    const directory = cgroup.directories[controller];
    return directory === undefined ? [] : files.map((name) => read(directory, name));
  });
  await Promise.all(reads);
  return texts;
}

/** Lists the processes of a cgroup and of those below it; empty when it is gone. */
export async function listProcesses(cgroup: Cgroup): Promise<number[]> {
  const directory = Object.values(cgroup.directories)[0];
  if (directory === undefined) return [];
  const pids = new Set<number>();
  for (const path of await listTree(directory)) {
    const text = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '');
    for (const line of text.split('\n')) if (line) pids.add(Number(line));
  }
  return [...pids];
}

/** Kills every process of a cgroup, frozen ones too, and waits until none is left or `signal` aborts. Says whether none is left. */
export async function killProcesses(cgroup: Cgroup, signal?: AbortSignal): Promise<boolean> {
  await thaw(cgroup);
  for (let poll = 0; poll < EMPTY_POLLS && !signal?.aborted; poll++) {
    const pids = await listProcesses(cgroup);
    if (pids.length === 0) return true;
    for (const pid of pids) kill(pid);
    await delay(EMPTY_POLL_MS);
  }
  return false;
}

// pid 0 is a process that this pid namespace cannot see; to kill(2) it would mean the caller's own group.
function kill(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function thaw(cgroup: Cgroup): Promise<void> {
  const { freezer, [UNIFIED]: unified } = cgroup.directories;
  if (freezer) await writeFile(join(freezer, 'freezer.state'), 'THAWED').catch(() => {});
  if (unified) await writeFile(join(unified, 'cgroup.freeze'), '0').catch(() => {});
}

/** Removes what is left of an empty cgroup in every hierarchy. Does nothing where it is gone or in use. */
export async function removeCgroup(cgroup: Cgroup): Promise<void> {
  for (const directory of Object.values(cgroup.directories)) {
    for (const path of (await listTree(directory)).reverse()) await removeOne(path);
  }
}

// A cgroup is busy for a moment after its last process has ended, and some controllers' for longer than others'.
async function removeOne(path: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
    const code = await rmdir(path).catch((error: NodeJS.ErrnoException) => error.code);
    if (code !== 'EBUSY') return;
    await delay(EMPTY_POLL_MS);
  }
}

/** Lists a folder and the folders below it, outermost first; empty when it does not exist. */
async function listTree(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => null);
  if (entries === null) return [];
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => listTree(join(directory, entry.name)));
  return [directory, ...(await Promise.all(below)).flat()];
}
