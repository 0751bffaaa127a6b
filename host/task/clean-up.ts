// Cleans up after containers whose shim is gone, for containerd's `delete`. What to clean is read from the bundle's record; every step
// may find nothing to do, and one that fails does not keep the others from being tried.

import { join } from 'node:path';
import { bundleFiles, readNodeOptions, readOptional } from '../bundle/files.ts';
import { unmountAll } from '../bundle/mount.ts';
import { stateDirectoryOf } from '../bundle/settings.ts';
import { killProcesses, removeCgroup } from '../cgroup/cgroupfs.ts';
import type { DeleteResponse } from '../gen/containerd.task.v3.ts';
import { OciRuntime } from '../oci/runtime.ts';
import type { Fields } from '../protobuf/message.ts';
import { timestampFromMs } from '../protobuf/timestamp.ts';
import { type Exit, KILLED_EXIT_STATUS } from './exit.ts';
import { Group } from './group.ts';
import { isRunning } from './identity.ts';
import { parseExit, parseTaskRecord, type TaskRecord } from './record.ts';

/** How long the processes of one container may take to die, in milliseconds; containerd gives `delete` five seconds in all. */
const KILL_MS = 2_000;

/** Which container to clean up. */
export type CleanUpRequest = {
  readonly namespace: string;
  readonly id: string;
  readonly bundle: string;
  readonly containerdAddress: string;
  readonly invocation: { readonly environment: Readonly<Record<string, string | undefined>> };
};

/**
 * Cleans a container up and, when it is the pod sandbox of its group, the others of the group; a member whose shim is alive is left alone.
 * Returns the exit of the container's first process: the recorded one, else that of a killed process.
 */
export async function cleanUp(request: CleanUpRequest): Promise<Fields<DeleteResponse>> {
  const { id, bundle, invocation } = request;
  const node = await readNodeOptions(invocation.environment).catch(() => ({ options: {} }));
  const stateDirectory = stateDirectoryOf(node.options, request);
  const members = (await new Group(stateDirectory, id).list()).filter((member) => member.id !== id);
  const [{ pid, exit }] = await Promise.all([
    cleanOne(id, bundle, stateDirectory, request),
    ...members.map((member) => cleanOne(member.id, member.bundle, stateDirectory, request)),
  ]);
  return { pid, exitStatus: exit.status, exitedAt: timestampFromMs(exit.atMs) };
}

async function cleanOne(
  id: string,
  bundle: string,
  stateDirectory: string,
  { invocation }: CleanUpRequest,
): Promise<{ pid: number; exit: Exit }> {
  const record = parseTaskRecord(await readOptional(join(bundle, bundleFiles.record)).catch(() => null));
  const exit = parseExit(await readOptional(join(bundle, bundleFiles.exit)).catch(() => null));
  const known = { pid: record?.pid ?? 0, exit: exit ?? { status: KILLED_EXIT_STATUS, atMs: Date.now() } };
  if (record && (await isRunning(record.shim))) return known;
  if (record) await removeContainer(record, new OciRuntime(record.oci, bundle, invocation.environment));
  await attempt(unmountAll(join(bundle, bundleFiles.rootfs)));
  await attempt(new Group(stateDirectory, record?.groupId ?? id).remove(id));
  return known;
}

async function removeContainer({ id, cgroup }: TaskRecord, runtime: OciRuntime): Promise<void> {
  if (cgroup) await attempt(killProcesses(cgroup, AbortSignal.timeout(KILL_MS)));
  await attempt(runtime.delete(id, true));
  if (cgroup) await attempt(removeCgroup(cgroup));
}

async function attempt(step: Promise<unknown>): Promise<void> {
  await step.catch(() => {});
}
