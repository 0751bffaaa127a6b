// Cleans up after containers whose shim is gone, for containerd's `delete`. What to clean is written down in records; every step may
// find nothing to do, and one that fails does not keep the others from being tried.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFiles, readNodeOptions } from '../bundle/files.ts';
import { unmountAll } from '../bundle/mount.ts';
import { stateDirectoryOf } from '../bundle/settings.ts';
import type { DeleteResponse } from '../gen/containerd.task.v3.ts';
import { OciRuntime } from '../oci/runtime.ts';
import type { Fields } from '../protobuf/message.ts';
import { timestampFromMs } from '../protobuf/timestamp.ts';
import { type Exit, KILLED_EXIT_STATUS } from './exit.ts';
import { isRunning } from './identity.ts';
import type { TaskRecord } from './record.ts';
import { RecordStore } from './record-store.ts';
import { attempt, removeContainer } from './remove-container.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Which container to clean up. */
export type CleanUpRequest = {
  readonly namespace: string;
  readonly id: string;
  readonly bundle: string;
  readonly containerdAddress: string;
  readonly invocation: { readonly environment: Environment };
};

/**
 * Cleans a container up and, when it is the pod sandbox of its group, the others of the group; a container whose shim is alive is left alone.
 * Returns the exit of the container's first process: the recorded one, else that of a killed process.
 */
export async function cleanUp(request: CleanUpRequest): Promise<Fields<DeleteResponse>> {
  const { id, bundle, invocation } = request;
  const node = await readNodeOptions(invocation.environment).catch(() => ({ options: {} }));
  const records = new RecordStore(stateDirectoryOf(node.options, request));
  const [own, group] = await Promise.all([records.find(id), records.listGroup(id)]);
  const others = group.filter((record) => record.id !== id);
  const clean = (record: TaskRecord) => cleanOne(record, records, invocation.environment);
  const [exit] = await Promise.all([own && clean(own), ...others.map(clean)]);
  // Also when the shim has died before it wrote anything down.
  if (!own) await attempt(unmountAll(join(bundle, bundleFiles.rootfs)));
  const { status, atMs } = exit ?? { status: KILLED_EXIT_STATUS, atMs: Date.now() };
  return { pid: own?.pid ?? 0, exitStatus: status, exitedAt: timestampFromMs(atMs) };
}

async function cleanOne(record: TaskRecord, records: RecordStore, environment: Environment): Promise<Exit | null> {
  const exit = await records.readExit(record).catch(() => null);
  if (await isRunning(record.shim)) return exit;
  await removeContainer(record, new OciRuntime(record.oci, tmpdir(), environment));
  await attempt(unmountAll(join(record.bundle, bundleFiles.rootfs)));
  await attempt(records.remove(record));
  return exit;
}
