// One task: a container, its first process and the processes that exec adds to it.

import { Code, StatusError } from '../ttrpc/status.ts';
import type { Container, Stdio } from './container.ts';
import { TaskProcess } from './process.ts';

/** A task of the service. */
export class Task {
  readonly id: string;
  readonly container: Container;
  readonly init: TaskProcess;
  /** Set as soon as the first process is known to have ended, before its exit is recorded. */
  isEnding = false;
  /** OOM kills that containerd was told of. */
  reportedOomKills = 0n;
  // By exec id; `addExec` adds, `removeExec` removes.
  readonly #execs = new Map<string, TaskProcess>();

  constructor(id: string, container: Container, stdio: Stdio) {
    this.id = id;
    this.container = container;
    this.init = new TaskProcess('', stdio, '', container.init);
  }

  get execs(): readonly TaskProcess[] {
    return [...this.#execs.values()];
  }

  /** Returns a process; an empty id means the first one. Throws NOT_FOUND. */
  process(execId: string): TaskProcess {
    const process = execId === '' ? this.init : this.#execs.get(execId);
    if (!process) throw new StatusError(Code.NOT_FOUND, `exec ${execId} of task ${this.id} does not exist`);
    return process;
  }

  /** Adds the process of an exec. Throws ALREADY_EXISTS. */
  addExec(execId: string, stdio: Stdio, spec: string): void {
    if (this.#execs.has(execId)) {
      throw new StatusError(Code.ALREADY_EXISTS, `exec ${execId} of task ${this.id} exists already`);
    }
    this.#execs.set(execId, new TaskProcess(execId, stdio, spec, null));
  }

  /** Forgets the process of an exec. */
  removeExec(execId: string): void {
    this.#execs.delete(execId);
  }
}
