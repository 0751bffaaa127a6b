// Children that Node does not know: the processes of containers, which an OCI runtime leaves behind for their child subreaper, prctl(2)
// and wait(2). Node waits for its own children by pid, so nothing here may ever wait for "any child".

import { checked, errno, libc, systemError } from './libc.ts';

/** `PR_SET_CHILD_SUBREAPER` of linux/prctl.h. */
const PR_SET_CHILD_SUBREAPER = 36;
/** Options and id type of linux/wait.h. */
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
const P_ALL = 0;
/** `ECHILD` of asm-generic/errno-base.h: not a child of ours, or already waited for. */
const ECHILD = 10;
/** siginfo_t is 128 bytes on 64-bit Linux and has `si_pid` behind three integers and their padding. */
const SIGINFO_BYTES = 128;
const SI_PID_OFFSET = 16;

/** How a process ended: its exit code, or the number of the signal that killed it. */
export type WaitStatus = { readonly code: number } | { readonly signal: number };

/** What `waitPid` found: still running, ended and now reaped, or not a child of this process (any more). */
export type WaitResult = WaitStatus | 'running' | 'unknown';

/** Makes this process the parent of its orphaned descendants. */
export function becomeChildSubreaper(): void {
  checked(libc().prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n), 'prctl');
}

/** Reaps one child if it has ended. Never blocks. */
export function waitPid(pid: number): WaitResult {
  if (pid <= 0) return 'unknown';
  const status = Buffer.alloc(4);
  const result = libc().waitpid(pid, status, WNOHANG);
  if (result === 0) return 'running';
  if (result === -1) {
    const number = errno();
    if (number === ECHILD) return 'unknown';
    throw systemError(number, 'waitpid');
  }
  return parseWaitStatus(status.readInt32LE());
}

/** Decodes the status word of wait(2). */
export function parseWaitStatus(word: number): WaitStatus {
  const signal = word & 0x7f;
  return signal === 0 ? { code: (word >> 8) & 0xff } : { signal };
}

/** Returns the pid of some child that has ended and was not reaped, without reaping it, or 0. */
export function peekZombie(): number {
  const info = Buffer.alloc(SIGINFO_BYTES);
  if (libc().waitid(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) === -1) {
    const number = errno();
    if (number === ECHILD) return 0;
    throw systemError(number, 'waitid');
  }
  return info.readInt32LE(SI_PID_OFFSET);
}
