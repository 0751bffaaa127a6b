// mount(2) and umount2(2). Mounting what containerd hands over (overlay, bind) takes microseconds and runs in place. Unmounting may
// write back a whole file system, for seconds, so it runs on a thread of its own: `umount` takes one pointer and returns an integer,
// which is what a POSIX thread runs. The event loop asks now and then whether the thread is done; no JavaScript runs on it.

import { getRawPointer } from 'node:ffi';
import { checked, errno, libc, symbolAddress, systemError } from './libc.ts';

/** `MNT_DETACH` of sys/mount.h. */
const MNT_DETACH = 2;
/** Numbers of asm-generic/errno-base.h. */
const ENOENT = 2;
const EBUSY = 16;
const EINVAL = 22;
/** Between two looks at the thread, in milliseconds: from `FIRST`, doubling up to `LAST`. */
const FIRST_POLL_MS = 1;
const LAST_POLL_MS = 50;

/** Mounts. `flags` are the `MS_*` bits, `data` the options of the file system. Throws a system error. */
export function mount(source: string, target: string, type: string, flags: number, data: string): void {
  checked(libc().mount(source, target, type, BigInt(flags), data), 'mount', target);
}

/**
 * Unmounts the top mount at `target`; detaches it when it is busy, so that it goes once nobody uses it.
 * Does nothing when `target` is not a mount point or does not exist. Rejects with a system error.
 */
export async function unmount(target: string): Promise<void> {
  if (await unmountOnThread(target)) return;
  // Busy: somebody holds the file system, so detaching cannot be the call that has to write it back, and returns at once.
  if (libc().umount2(target, MNT_DETACH) === 0) return;
  const number = errno();
  if (number !== EINVAL && number !== ENOENT) throw systemError(number, 'umount2', target);
}

/** Says whether `umount(target)` succeeded. */
async function unmountOnThread(target: string): Promise<boolean> {
  const path = Buffer.from(`${target}\0`);
  const id = Buffer.alloc(8);
  const created = libc().pthread_create(id, 0n, symbolAddress('umount'), getRawPointer(path));
  if (created !== 0) throw systemError(created, 'pthread_create');
  const result = Buffer.alloc(8);
  const thread = id.readBigUInt64LE();
  // Most are done within one turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  for (let pollMs = FIRST_POLL_MS; libc().pthread_tryjoin_np(thread, result) === EBUSY; pollMs *= 2) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, LAST_POLL_MS)));
  }
  // `path` is used again so that it cannot be collected while the thread reads it.
  return path.length > 0 && result.readInt32LE() === 0;
}
