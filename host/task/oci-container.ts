// A container made by the node's OCI runtime: the real thing behind the Task service.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFiles } from '../bundle/files.ts';
import { unmountAll } from '../bundle/mount.ts';
import { parseSpecProcess, type SpecProcess } from '../bundle/spec.ts';
import { killProcesses, listProcesses, readMetrics, removeCgroup } from '../cgroup/cgroupfs.ts';
import { watchMemoryEvents } from '../cgroup/memory-events.ts';
import { OomKills } from '../cgroup/oom-kills.ts';
import type { Cgroup } from '../cgroup/path.ts';
import type { Any } from '../gen/google.protobuf.ts';
import type { OciRuntime } from '../oci/runtime.ts';
import type { StreamOwner } from '../stdio/open.ts';
import { StatusError, statusFromError } from '../ttrpc/status.ts';
import type { Container, RunningProcess, Stdio } from './container.ts';
import type { Exit } from './exit.ts';
import { OciProcess } from './oci-process.ts';
import { openIo, type PendingIo } from './process-io.ts';
import type { Reaper } from './reaper.ts';
import type { TaskRecord } from './record.ts';
import type { RecordStore } from './record-store.ts';

/** `SIGKILL` of asm-generic/signal.h. */
const SIGKILL = 9;

/** What a container is made of. */
export type OciContainerParts = {
  readonly record: TaskRecord;
  readonly records: RecordStore;
  readonly streamOwner: StreamOwner;
  readonly runtime: OciRuntime;
  readonly reaper: Reaper;
  readonly cgroup: Cgroup;
  readonly init: OciProcess;
  readonly kind: 'linux' | 'spin';
  readonly hasPrivatePidNamespace: boolean;
  /** Short path for console sockets. */
  readonly consoleDirectory: string;
  /** Lets go of what kept the container's process in touch with this one; called when that has ended. */
  readonly releaseControl: () => void;
};

/** A container that was created. */
export class OciContainer implements Container {
  readonly #parts: OciContainerParts;
  readonly #oomKills: OomKills;
  #stopWatching: () => void = () => {};

  constructor(parts: OciContainerParts) {
    this.#parts = parts;
    this.#oomKills = new OomKills(parts.cgroup);
    void parts.init.ended.then(parts.releaseControl);
  }

  get #id(): string {
    return this.#parts.record.id;
  }

  get bundle(): string {
    return this.#parts.record.bundle;
  }

  get init(): RunningProcess {
    return this.#parts.init;
  }

  get leadsGroup(): boolean {
    const { id, groupId } = this.#parts.record;
    return id === groupId;
  }

  get hasPrivatePidNamespace(): boolean {
    return this.#parts.hasPrivatePidNamespace;
  }

  start(): Promise<void> {
    return this.#parts.runtime.start(this.#id);
  }

  kill(signal: number, all: boolean): Promise<void> {
    return this.#parts.runtime.kill(this.#id, signal, all);
  }

  async killRemaining(): Promise<void> {
    await killProcesses(this.#parts.cgroup);
  }

  async exec(execId: string, spec: string, stdio: Stdio): Promise<RunningProcess> {
    const { streamOwner, consoleDirectory } = this.#parts;
    const path = join(this.bundle, execId);
    const files = { processFile: `${path}.json`, pidFile: `${path}.pid` };
    const process = { ...parseSpecProcess(spec), terminal: stdio.terminal };
    const io = await openIo(stdio, streamOwner, consoleDirectory);
    try {
      await writeFile(files.processFile, JSON.stringify(process), { mode: 0o600 });
      return await this.#runExec(files, io);
    } catch (error) {
      await io.discard();
      throw this.#parts.kind === 'spin' ? spinExecError(process, error) : error;
    } finally {
      await Promise.all(Object.values(files).map((path) => rm(path, { force: true })));
    }
  }

  async #runExec(files: { processFile: string; pidFile: string }, io: PendingIo): Promise<RunningProcess> {
    const { runtime, reaper } = this.#parts;
    using _ = reaper.hold();
    await runtime.exec(this.#id, { ...files, consoleSocket: io.consoleSocket }, io.descriptors);
    const pid = await readPid(files.pidFile);
    const ended = reaper.watch(pid);
    return new OciProcess(pid, ended, await io.attach());
  }

  pause(): Promise<void> {
    return this.#parts.runtime.pause(this.#id);
  }

  resume(): Promise<void> {
    return this.#parts.runtime.resume(this.#id);
  }

  update(resources: string): Promise<void> {
    return this.#parts.runtime.update(this.#id, resources);
  }

  stats(): Promise<Any> {
    return readMetrics(this.#parts.cgroup);
  }

  listPids(): Promise<number[]> {
    return listProcesses(this.#parts.cgroup);
  }

  countOomKills(wasKilled?: boolean): Promise<bigint> {
    return this.#oomKills.count(wasKilled);
  }

  watchOomKills(changed: () => void): void {
    void this.#oomKills.count();
    this.#stopWatching = watchMemoryEvents(this.#parts.cgroup, changed);
  }

  recordExit(exit: Exit): Promise<void> {
    return this.#parts.records.writeExit(this.#parts.record, exit);
  }

  async delete(): Promise<void> {
    const { record, records, runtime, cgroup } = this.#parts;
    this.#stopWatching();
    await runtime.delete(record.id, true);
    await removeCgroup(cgroup);
    await unmountAll(join(record.bundle, bundleFiles.rootfs));
    await records.remove(record);
  }
}

// An image of an app has no shell, and people who are used to one ask for it first.
function spinExecError({ args }: SpecProcess, cause: unknown): StatusError {
  const status = statusFromError(cause);
  const rule = 'which has no programs but those of its image (kubectl debug adds a container with some to the pod)';
  const message = `cannot run "${args?.[0] ?? ''}" in a Spin container, ${rule}: ${status.message}`;
  return new StatusError(status.code, message, { cause });
}

/** Reads the file in which the OCI runtime leaves a process's pid. Rejects when it holds none. */
export async function readPid(path: string): Promise<number> {
  const pid = Number((await readFile(path, 'utf8')).trim());
  if (!Number.isInteger(pid) || pid <= 0) throw new Error(`the OCI runtime left no pid in "${path}"`);
  return pid;
}

/** Kills a container's process that nobody will ever know of. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, SIGKILL);
  } catch {
    // It ended by itself.
  }
}
