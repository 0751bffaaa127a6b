// Locks on open files, flock(2): the kernel lets go of them when the last process that has the file open is gone, however it ended.

import { errno, libc, systemError } from './libc.ts';

/** `LOCK_SH`, `LOCK_EX` and `LOCK_NB` of sys/file.h. */
const LOCK = { shared: 1, exclusive: 2 } as const;
const LOCK_NB = 4;
/** `EWOULDBLOCK` of asm-generic/errno.h. */
const EWOULDBLOCK = 11;

/** Shared with others of the same kind, or with nobody. */
export type LockKind = keyof typeof LOCK;

/** Locks an open file, if nobody has it in a way that forbids this. Never blocks. Throws a system error. */
export function tryLock(descriptor: number, kind: LockKind): boolean {
  if (libc().flock(descriptor, LOCK[kind] | LOCK_NB) === 0) return true;
  const number = errno();
  if (number === EWOULDBLOCK) return false;
  throw systemError(number, 'flock');
}
