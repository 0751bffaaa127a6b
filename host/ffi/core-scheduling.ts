// Core scheduling: processes share a processor core's threads only with those of their own group, prctl(2) and
// https://docs.kernel.org/admin-guide/hw-vuln/core-scheduling.html.
import { checked, libc } from './libc.ts';

/** `PR_SCHED_CORE`, `PR_SCHED_CORE_CREATE` and `PR_SCHED_CORE_SCOPE_PROCESS_GROUP` of linux/prctl.h. */
const PR_SCHED_CORE = 62;
const CREATE = 1n;
const PROCESS_GROUP = 2n;

/** Puts this process group into a scheduling group of its own, which its children inherit. Throws a system error, such as ENODEV. */
export function createSchedulingGroup(): void {
  checked(libc().prctl(PR_SCHED_CORE, CREATE, 0n, PROCESS_GROUP, 0n), 'prctl');
}
