// How and when a process ended, as containerd counts it.

import type { WaitStatus } from '../ffi/child.ts';

/** Signals are told apart from exit codes by this much, as shells do. */
const SIGNAL_BASE = 128;

/** What stands for an exit that nobody saw, as in containerd. */
export const UNKNOWN_EXIT_STATUS = 255;

/** The exit status of a process that was killed because its shim was gone: 128 and SIGKILL. */
export const KILLED_EXIT_STATUS = 137;

/** The end of a process. */
export type Exit = {
  readonly status: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
};

/** Returns the exit status: the code, or 128 and the signal's number. */
export function exitStatusOf(ended: WaitStatus | 'unknown'): number {
  if (ended === 'unknown') return UNKNOWN_EXIT_STATUS;
  return 'code' in ended ? ended.code : SIGNAL_BASE + ended.signal;
}
