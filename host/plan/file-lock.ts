// Locks that processes have on files of the cache. The kernel gives them back when a process ends, so none is ever left behind; a
// process that cannot have one within a while goes on without, because all that is written under a lock is right without it, too.

import { closeSync, constants, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type LockKind, tryLock } from '../ffi/file-lock.ts';

/** Between two attempts, in ms: flock(2) would block the whole process. */
const RETRY_MS = 10;

/** A file that is locked until it is disposed of. */
export class FileLock implements Disposable {
  readonly descriptor: number;
  #isOpen = true;

  private constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Locks a file that is there. Null when it is not, or when another has it. */
  static tryTake(path: string, kind: LockKind): FileLock | null {
    return FileLock.#lock(path, constants.O_RDONLY, kind) || null;
  }

  /** Locks a file, which is made if need be, within some time. Null when that is over, or when the file system allows none. */
  static async take(path: string, kind: LockKind, waitMs: number): Promise<FileLock | null> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const taken = FileLock.#lock(path, constants.O_RDWR | constants.O_CREAT, kind);
      if (taken === false && performance.now() < deadline) await delay(RETRY_MS);
      else return taken || null;
    }
  }

  /** False when another has the lock, null when the file cannot be locked. */
  static #lock(path: string, flags: number, kind: LockKind): FileLock | null | false {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(path, flags, 0o600);
      if (tryLock(descriptor, kind)) return new FileLock(descriptor);
      closeSync(descriptor);
      return false;
    } catch {
      if (descriptor !== undefined) closeSync(descriptor);
      return null;
    }
  }

  /** Gives it back; the second time nothing happens. */
  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
  }
}
