// Removes what an OCI runtime has made of a container, all of it or a part. Every step may find nothing to do, and one that fails does not
// keep the others from being tried.

import { killProcesses, removeCgroup } from '../cgroup/cgroupfs.ts';
import type { OciRuntime } from '../oci/runtime.ts';
import type { TaskRecord } from './record.ts';

/** How long the processes of one container may take to die, in milliseconds; containerd gives `delete` five seconds in all. */
const KILL_MS = 2_000;

/** Kills and removes. A runtime that died while it made the container may know nothing of it any more; the cgroup's path does. */
export async function removeContainer({ id, cgroup }: TaskRecord, runtime: OciRuntime): Promise<void> {
  if (cgroup) await attempt(killProcesses(cgroup, AbortSignal.timeout(KILL_MS)));
  await attempt(runtime.delete(id, true));
  if (cgroup) await attempt(removeCgroup(cgroup));
}

/** Waits for a step, however it ends. */
export async function attempt(step: Promise<unknown>): Promise<void> {
  await step.catch(() => {});
}
