// Looks for what a test left on the machine. Everything a test instance makes carries its mark (a random word) in its name: folders,
// namespace, container ids; so a thing of ours is told from all others by that word alone.
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Things on the machine that carry a mark, each as a line of text. */
export type Leftovers = {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly sockets: readonly string[];
  readonly stateFiles: readonly string[];
};

/** Where runtimes and shims keep state that is not inside an instance's own folder. */
const STATE_FOLDERS = ['/run', '/var/lib/containerd-shim-spin', '/var/lib/cni'];
const STATE_DEPTH = 6;
const CGROUP_DEPTH = 4;

/** What to look for. */
export type Instance = {
  /** In the names of everything the instance makes. */
  readonly mark: string;
  readonly directory: string;
  /** Words that the ids of its containers have in them, and nothing else. */
  readonly names: readonly string[];
  /** Sockets of its shims: their names are digests, so no mark shows. */
  readonly sockets: readonly string[];
  /** Processes that are not left over. */
  readonly expected: readonly number[];
};

/** Lists everything that containers of an instance left. */
export async function findLeftovers(instance: Instance): Promise<Leftovers> {
  const { mark, names, directory } = instance;
  const [processes, mountinfo, cgroups, ...state] = await Promise.all([
    findProcesses(mark),
    readFile('/proc/self/mountinfo', 'utf8'),
    findNamed('/sys/fs/cgroup', names, CGROUP_DEPTH),
    ...[...STATE_FOLDERS, directory].map((folder) => findNamed(folder, names, STATE_DEPTH)),
  ]);
  const mounts = mountinfo.split('\n').map((line) => line.split(' ')[4] ?? '');
  return {
    processes: processes
      .filter(({ pid }) => !instance.expected.includes(pid))
      .map(({ pid, command }) => `${pid} ${command}`),
    mounts: mounts.filter((path) => path.includes(mark)),
    cgroups,
    sockets: instance.sockets.filter((path) => existsSync(path)),
    stateFiles: state.flat(),
  };
}

/** Tells whether nothing is left. */
export function isEmpty(leftovers: Leftovers): boolean {
  return Object.values(leftovers).every((list) => list.length === 0);
}

/** A process that carries a mark. */
export type MarkedProcess = { readonly pid: number; readonly command: string };

/** Finds processes with the mark in their command line, environment, cgroup, working directory or root. Zombies are left out. */
export async function findProcesses(mark: string): Promise<MarkedProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(pids.map((pid) => readMarked(Number(pid), mark)));
  return found.filter((entry) => entry !== undefined);
}

async function readMarked(pid: number, mark: string): Promise<MarkedProcess | undefined> {
  const folder = `/proc/${pid}`;
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');
  const link = (name: string): Promise<string> => readlink(join(folder, name)).catch(() => '');
  const command = (await read('cmdline')).replaceAll('\0', ' ').trim();
  // Kernel threads and zombies have no command line.
  if (command === '') return undefined;
  const traits = [command, ...(await Promise.all([read('environ'), read('cgroup'), link('cwd'), link('root')]))];
  return traits.some((trait) => trait.includes(mark)) ? { pid, command } : undefined;
}

/** Finds paths whose last part has one of the words in it, without looking below them. */
async function findNamed(folder: string, words: readonly string[], depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (words.some((word) => entry.name.includes(word))) return [path];
      return entry.isDirectory() && depth > 1 ? findNamed(path, words, depth - 1) : [];
    }),
  );
  return found.flat();
}

/** Counts the open descriptors of a process. */
export async function countDescriptors(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}
