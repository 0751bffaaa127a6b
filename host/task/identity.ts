// Tells whether a process that was written down is still the same one.

import { readFile } from 'node:fs/promises';
import { type ProcessIdentity, startTimeOf } from './record.ts';

/** Identifies a process that is running now; null when it is not. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const startTime = stat === null ? null : startTimeOf(stat);
  return startTime === null ? null : { pid, startTime };
}

/** Tells whether a process is still running. */
export async function isRunning(process: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(process.pid);
  return now?.startTime === process.startTime;
}
