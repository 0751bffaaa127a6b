// One process of a task, as the Task service sees it: its identity, state and exit.

import { Code, StatusError } from '../ttrpc/status.ts';
import type { RunningProcess, Stdio } from './container.ts';
import type { Exit } from './exit.ts';
import { nextState, type ProcessEvent, type ProcessState } from './state.ts';

/** A process of a task; `running` is missing until an exec is started. */
export class TaskProcess {
  /** Empty for the container's first process. */
  readonly execId: string;
  readonly stdio: Stdio;
  /** JSON that describes the process of an exec; empty for the first process. */
  readonly spec: string;
  /** Resolves when the exit is recorded. */
  readonly exited: Promise<Exit>;
  isStdinClosed = false;
  #state: ProcessState = 'created';
  #running: RunningProcess | null;
  #exit: Exit | null = null;
  readonly #resolveExited: (exit: Exit) => void;
  #work: Promise<unknown> = Promise.resolve();

  constructor(execId: string, stdio: Stdio, spec: string, running: RunningProcess | null) {
    const { promise, resolve } = Promise.withResolvers<Exit>();
    this.execId = execId;
    this.stdio = stdio;
    this.spec = spec;
    this.exited = promise;
    this.#resolveExited = resolve;
    this.#running = running;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  get running(): RunningProcess | null {
    return this.#running;
  }

  get exit(): Exit | null {
    return this.#exit;
  }

  /** Returns the process. Throws FAILED_PRECONDITION before it is started, NOT_FOUND after its end. */
  requireRunning(): RunningProcess {
    if (this.#exit) throw new StatusError(Code.NOT_FOUND, 'process already finished');
    if (!this.#running) throw new StatusError(Code.FAILED_PRECONDITION, 'process is not started');
    return this.#running;
  }

  /** Moves to the state after an event. Throws FAILED_PRECONDITION when the event cannot happen now. */
  apply(event: ProcessEvent): void {
    this.#state = nextState(this.#state, event);
  }

  /** Takes over the process of an exec that was started. */
  attach(running: RunningProcess): void {
    this.#running = running;
  }

  /** Records how the process ended. Only the first record counts. */
  recordExit(exit: Exit): void {
    if (this.#exit) return;
    this.apply('exit');
    this.#exit = exit;
    this.#resolveExited(exit);
  }

  /** Runs `work` after all work given before it, whether that succeeded or not. */
  serialize<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work);
    this.#work = result.catch(() => {});
    return result;
  }

  /** Counts what has begun as work, so that what is given after it waits for it. */
  async include<T>(begun: Promise<T>): Promise<T> {
    this.#work = Promise.allSettled([this.#work, begun]);
    return begun;
  }

  /** Resolves when no work is left. */
  async settle(): Promise<void> {
    for (let work: unknown = null; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
  }
}
