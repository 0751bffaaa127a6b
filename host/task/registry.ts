// Which tasks a shim has, which it is about to have, and when it may end.

import { Code, StatusError } from '../ttrpc/status.ts';
import type { Task } from './task.ts';

/**
 * How long a shim without tasks waits for another one or for Shutdown before it ends by itself, in milliseconds. containerd 2.0 to 2.3
 * sends no Shutdown to a pod's shim whose pod sandbox was deleted before another container.
 */
const IDLE_MS = 10_000;

/** The same once the container that leads the group is deleted: to a pod without its sandbox none comes. */
const LEADERLESS_IDLE_MS = 1_000;

/** The tasks of one shim. */
export class TaskRegistry {
  // By container id; `create` adds, `remove` removes.
  readonly #tasks = new Map<string, Task>();
  // Containers that are being created, by id, each with what makes it stop.
  readonly #creating = new Map<string, AbortController>();
  readonly #requestExit: () => void;
  readonly #idleMs: number;
  #hasLostLeader = false;
  #idle: NodeJS.Timeout | null = null;
  #isShutDown = false;

  constructor(requestExit: () => void, idleMs = IDLE_MS) {
    this.#requestExit = requestExit;
    this.#idleMs = idleMs;
  }

  /** Returns a task. Throws NOT_FOUND. */
  get(id: string): Task {
    const task = this.#tasks.get(id);
    if (!task) throw new StatusError(Code.NOT_FOUND, `task ${id} does not exist`);
    return task;
  }

  /** Returns a task if there is one. */
  find(id: string): Task | undefined {
    return this.#tasks.get(id);
  }

  /** Adds the task that `create` makes. Rejects with ALREADY_EXISTS, or as `create` does; its signal aborts when nobody wants the task. */
  async create(
    id: string,
    caller: AbortSignal | undefined,
    create: (signal: AbortSignal) => Promise<Task>,
  ): Promise<Task> {
    if (this.#tasks.has(id) || this.#creating.has(id)) {
      throw new StatusError(Code.ALREADY_EXISTS, `task ${id} exists already`);
    }
    clearTimeout(this.#idle ?? undefined);
    const controller = new AbortController();
    this.#creating.set(id, controller);
    try {
      const task = await create(caller ? AbortSignal.any([caller, controller.signal]) : controller.signal);
      this.#tasks.set(id, task);
      return task;
    } finally {
      this.#creating.delete(id);
      this.#exitWhenDone();
    }
  }

  /** Forgets a task. */
  remove(id: string): void {
    this.#hasLostLeader ||= this.#tasks.get(id)?.container.leadsGroup ?? false;
    this.#tasks.delete(id);
    if (this.#tasks.size > 0 || this.#creating.size > 0) return;
    clearTimeout(this.#idle ?? undefined);
    const idleMs = this.#hasLostLeader ? Math.min(this.#idleMs, LEADERLESS_IDLE_MS) : this.#idleMs;
    this.#idle = setTimeout(() => this.shutDown(), idleMs).unref();
  }

  /** Ends the shim unless it has tasks; what is being created is given up first. */
  shutDown(): void {
    if (this.#tasks.size > 0) return;
    this.#isShutDown = true;
    const reason = new StatusError(Code.CANCELLED, 'the shim is shutting down');
    for (const controller of this.#creating.values()) controller.abort(reason);
    this.#exitWhenDone();
  }

  #exitWhenDone(): void {
    if (this.#isShutDown && this.#tasks.size === 0 && this.#creating.size === 0) this.#requestExit();
  }
}
