// What is written down about a task, so that containerd's `delete`, a process of its own, can clean up after a shim that is gone. Where
// it is kept is the matter of record-store.ts.

import type { Cgroup } from '../cgroup/path.ts';
import type { OciRuntimeOptions } from '../oci/arguments.ts';
import type { Exit } from './exit.ts';

/** A process that can be told from a later one with the same pid. */
export type ProcessIdentity = {
  readonly pid: number;
  /** When it started, in clock ticks since the machine did: field 22 of /proc/<pid>/stat. */
  readonly startTime: string;
};

/** What is known of a task. */
export type TaskRecord = {
  readonly id: string;
  readonly groupId: string;
  readonly bundle: string;
  readonly shim: ProcessIdentity;
  readonly oci: OciRuntimeOptions;
  /** Null while the container is being created. */
  readonly pid: number | null;
  /** Where it is to be while the container is being created; null when that cannot be said. */
  readonly cgroup: Cgroup | null;
};

/** Parses a record; gives null for a missing or damaged one, from which nothing can be cleaned. */
export function parseTaskRecord(text: string | null): TaskRecord | null {
  const record = parseObject(text) as Partial<TaskRecord> | null;
  const isComplete = record !== null && typeof record.bundle === 'string' && typeof record.oci?.binary === 'string';
  return isComplete ? (record as TaskRecord) : null;
}

/** Parses a recorded exit; gives null for a missing or damaged one. */
export function parseExit(text: string | null): Exit | null {
  const exit = parseObject(text) as Partial<Exit> | null;
  return typeof exit?.status === 'number' && typeof exit.atMs === 'number' ? (exit as Exit) : null;
}

/** `PF_EXITING` of linux/sched.h, among the flags of proc_pid_stat(5). */
const PF_EXITING = 0x4;

/**
 * Returns when a process started, from the text of its /proc/<pid>/stat; null for one that is as good as gone: a zombie, or a process that
 * ends. It has closed its files before it is a zombie, and who is told of that asks at once.
 */
export function startTimeOf(stat: string): string | null {
  // The second field, the name, may hold spaces and parentheses.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isEnding = (Number(fields[5]) & PF_EXITING) !== 0;
  return state === 'Z' || state === 'X' || isEnding ? null : (fields[18] ?? null);
}

function parseObject(text: string | null): object | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
