// Waits for the processes of containers. They are children of this process that Node knows nothing of: the OCI runtime leaves them to
// it as their child subreaper. So each is waited for by its pid when SIGCHLD says that some child ended; Node does the same with its own.
//
// Orphans that nobody watches, such as what an exec left behind, must be reaped too, but neither Node's own children nor processes that the
// OCI runtime has just made and `watch` does not know yet. So one is reaped when it is still there a while after it was first seen, in
// which Node has taken its own, and never during a `hold`.

import { peekZombie, type WaitResult, waitPid } from '../ffi/child.ts';
import { type Exit, exitStatusOf } from './exit.ts';

const ORPHAN_MS = 100;

/** What the reaper needs of the machine; the defaults are the real thing. */
export type ReaperCalls = {
  readonly waitPid: (pid: number) => WaitResult;
  readonly peekZombie: () => number;
  readonly now: () => number;
  /** How long an ended child may wait to be claimed before it counts as an orphan, in milliseconds. */
  readonly orphanMs: number;
};

/** Watches pids. `sweep` must be called at every SIGCHLD. */
export class Reaper {
  readonly #calls: ReaperCalls;
  // By pid; `watch` adds, `#look` removes when the process has ended.
  readonly #watched = new Map<number, (exit: Exit) => void>();
  #timer: NodeJS.Timeout | null = null;
  #suspect = 0;
  #holds = 0;

  constructor(calls: Partial<ReaperCalls> = {}) {
    this.#calls = { waitPid, peekZombie, now: Date.now, orphanMs: ORPHAN_MS, ...calls };
  }

  /** Resolves with the exit of a child, at once if it has ended already. Must be called once for each process. */
  watch(pid: number): Promise<Exit> {
    return new Promise((resolve) => {
      this.#watched.set(pid, resolve);
      this.#look(pid);
    });
  }

  /** Keeps orphans from being reaped until it is disposed of: while a process is made that will be watched. */
  hold(): Disposable {
    this.#holds++;
    return { [Symbol.dispose]: () => void this.#holds-- };
  }

  /** Looks at every watched child, and for orphans later. */
  sweep(): void {
    for (const pid of [...this.#watched.keys()]) this.#look(pid);
    this.#scheduleOrphans();
  }

  #look(pid: number): void {
    const result = this.#calls.waitPid(pid);
    if (result === 'running') return;
    const resolve = this.#watched.get(pid);
    this.#watched.delete(pid);
    resolve?.({ status: exitStatusOf(result), atMs: this.#calls.now() });
  }

  #scheduleOrphans(): void {
    // Behind a timer and an immediate there has been a poll for signals, in which Node took its own children.
    this.#timer ??= setTimeout(() => setImmediate(() => this.#reapOrphans()), this.#calls.orphanMs).unref();
  }

  #reapOrphans(): void {
    this.#timer = null;
    let pid = this.#calls.peekZombie();
    if (pid !== 0 && pid === this.#suspect && this.#holds === 0) {
      if (!this.#watched.has(pid)) this.#calls.waitPid(pid);
      pid = this.#calls.peekZombie();
    }
    this.#suspect = pid;
    if (pid !== 0) this.#scheduleOrphans();
  }
}
