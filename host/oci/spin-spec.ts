// Rewrites the spec of a Spin container so that its process is this project's worker. The image has no program of its own, and often
// nothing but the app: no C library, no /tmp. So the worker and its libraries come in read-only bind mounts, and it is started through the
// dynamic loader among them. What the container is allowed stays as it was: namespaces, user, capabilities, seccomp, limits, mounts.

import type { Spec, SpecMount } from '../bundle/spec.ts';
import { terminationMessagePathOf } from '../bundle/termination-message.ts';
import { WORKER_MOUNT, type WorkerConfig, workerPaths } from '../worker/config.ts';

/** The dynamic loader's name in the runtime's folder. */
export const LOADER = 'ld.so';

/** Where the checkout appears in the container when the shim runs from its sources. */
const SOURCE_MOUNT = `${WORKER_MOUNT}/source`;

/** The kernel's period of a quota of processor time, in microseconds. */
const DEFAULT_PERIOD_US = 100_000;

/** How to start the worker with the files of its runtime folder. */
export type WorkerProgram = {
  /** The executable's name in the runtime folder. */
  readonly executable: string;
  /** Arguments before `worker`. */
  readonly args: readonly string[];
  /** The checkout that `args` lead to, as the machine sees it; null for the single executable. */
  readonly sources: string | null;
};

/** Folders on the machine that the worker gets. */
export type WorkerFolders = {
  /** The container's own: `config.json`, and an empty folder to mount each of the others on. */
  readonly mount: string;
  readonly runtime: string;
  readonly app: string;
  readonly components: readonly KeyedFolder[];
  /** The files of components. */
  readonly files: readonly KeyedFolder[];
};

/** A folder, and the name that it appears under. */
type KeyedFolder = { readonly key: string; readonly directory: string };

/**
 * Returns how to start the worker.
 * @param command how to run this executable: it alone, or Node with options and a script two folders below the checkout
 */
export function workerProgram(command: readonly string[]): WorkerProgram {
  const [executable = '', ...rest] = command;
  const script = rest.pop();
  if (script === undefined) return { executable: baseName(executable), args: [], sources: null };
  const sources = script.split('/').slice(0, -2).join('/');
  return {
    executable: baseName(executable),
    args: [...rest, SOURCE_MOUNT + script.slice(sources.length)],
    sources,
  };
}

/** Lists the empty folders that the worker's mount must have, relative to it. */
export function mountPointsOf(folders: WorkerFolders, program: WorkerProgram): string[] {
  return mountsOf(folders, program)
    .slice(1)
    .map(({ destination }) => destination.slice(WORKER_MOUNT.length + 1));
}

/** Returns what the worker is told of its container. */
export function workerConfigOf(spec: Spec, containerId: string): WorkerConfig {
  const { memory, cpu } = spec.linux?.resources ?? {};
  const limit = memory?.limit ?? 0;
  const { quota = 0, period = DEFAULT_PERIOD_US } = cpu ?? {};
  return {
    containerId,
    environment: environmentOf(spec),
    args: spec.process.args ?? [],
    terminationMessagePath: terminationMessagePathOf(spec),
    // The OCI runtime specification has -1 for unlimited.
    memoryLimitBytes: limit > 0 ? limit : null,
    processors: quota > 0 ? Math.ceil(quota / period) : null,
  };
}

/** Returns the environment of the spec's process; of two entries with one name the last counts, as for the kernel's callers. */
export function environmentOf(spec: Spec): Record<string, string> {
  const entries = (spec.process.env ?? []).map((entry) => {
    const end = entry.indexOf('=');
    return end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Returns the spec that runs the worker. Its environment is empty: the app's own reaches it as data, never as its own settings. */
export function spinSpec(spec: Spec, folders: WorkerFolders, program: WorkerProgram): Spec {
  const { runtime } = workerPaths;
  const loader = [`${runtime}/${LOADER}`, '--library-path', runtime];
  const args = [...loader, `${runtime}/${program.executable}`, ...program.args, 'worker'];
  return {
    ...spec,
    process: { ...spec.process, args, env: [], cwd: '/' },
    mounts: [...(spec.mounts ?? []), ...mountsOf(folders, program)],
  };
}

function mountsOf(folders: WorkerFolders, program: WorkerProgram): SpecMount[] {
  return [
    bind(folders.mount, WORKER_MOUNT),
    bind(folders.runtime, workerPaths.runtime),
    bind(folders.app, workerPaths.app),
    ...folders.components.map(({ key, directory }) => bind(directory, `${workerPaths.components}/${key}`)),
    ...folders.files.map(({ key, directory }) => bind(directory, `${workerPaths.files}/${key}`)),
    ...(program.sources === null ? [] : [bind(program.sources, SOURCE_MOUNT)]),
  ];
}

function bind(source: string, destination: string): SpecMount {
  return { destination, type: 'bind', source, options: ['bind', 'ro', 'nosuid', 'nodev', 'private'] };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
