// When a worker uses more than one processor. The first thread of the worker always serves. While all threads are busy and processors are left,
// another one is started. The first thread accepts every connection and gives it to the one that has the fewest; clients that hold connections
// already are sent there by closing some of theirs after an answer. A thread that is not needed is let go: an idle pod has one.

/** A thread that serves beside the first. */
export interface Executor {
  /** The part of the time since it was last asked that the thread was busy, from 0 to 1. */
  utilization(): number;
  /** How many connections it has. */
  readonly connections: number;
  /** Serves a connection, on a descriptor of its own. */
  adopt(descriptor: number): void;
  /** Closes so large a part of the connections after their next answer. */
  shed(part: number): void;
  /** Accepts no more, finishes what is under way, and resolves when the thread has ended. */
  drain(): Promise<void>;
  /** Ends at once. */
  close(): void;
  /** Calls back when the thread has ended, for whatever reason. */
  onEnd(callback: () => void): void;
}

export type ExecutorsOptions = {
  /** How many threads may serve, the first one included. */
  readonly processors: number;
  /** The first thread, which never ends before the worker. */
  readonly first: Pick<Executor, 'utilization' | 'connections' | 'shed'>;
  readonly start: () => Executor;
};

/** How often is looked, in milliseconds. */
const LOOK_MS = 1000;
/** Above, a thread is busy. */
const BUSY = 0.8;
/** A thread is not needed when the others could do its work and stay below. */
const COMFORTABLE = 0.5;
/** For so many looks in a row. */
const PATIENCE = 30;

/** The threads of a worker but the first. */
export class Executors {
  readonly #options: ExecutorsOptions;
  readonly #running: Executor[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #quietLooks = 0;

  constructor(options: ExecutorsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#running.length;
  }

  /** Takes note that there is work. */
  touch(): void {
    if (this.#timer !== undefined || this.#options.processors <= 1) return;
    this.#options.first.utilization();
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Gives a connection that the first thread has accepted to the thread with the fewest; false when that is the first. */
  place(descriptor: number): boolean {
    const fewest = this.#running.reduce<Pick<Executor, 'connections'>>(
      (best, executor) => (executor.connections < best.connections ? executor : best),
      this.#options.first,
    );
    const chosen = this.#running.find((executor) => executor === fewest);
    chosen?.adopt(descriptor);
    return chosen !== undefined;
  }

  /** Compares what the threads did with what they could do since the last look. */
  look(): void {
    const { processors, first } = this.#options;
    const loads = [first, ...this.#running].map((thread) => thread.utilization());
    const load = loads.reduce((sum, part) => sum + part, 0);
    if (loads.every((part) => part > BUSY)) {
      this.#quietLooks = 0;
      if (loads.length < processors) this.#add();
      return;
    }
    if (load > (loads.length - 1) * COMFORTABLE && this.#running.length > 0) {
      this.#quietLooks = 0;
    } else if (++this.#quietLooks >= PATIENCE) {
      this.#quietLooks = 0;
      if (this.#running.length > 0) this.#running.pop()?.drain();
      else this.#stopLooking();
    }
  }

  #add(): void {
    const { first, start } = this.#options;
    const added = start();
    const part = 1 / (this.#running.length + 2);
    for (const thread of [first, ...this.#running]) thread.shed(part);
    this.#running.push(added);
    added.onEnd(() => {
      const index = this.#running.indexOf(added);
      if (index >= 0) this.#running.splice(index, 1);
    });
  }

  #stopLooking(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Resolves when all have finished what was under way. */
  async drain(): Promise<void> {
    this.#stopLooking();
    await Promise.all(this.#running.splice(0).map((executor) => executor.drain()));
  }

  /** Ends all at once. */
  close(): void {
    this.#stopLooking();
    for (const executor of this.#running.splice(0)) executor.close();
  }
}
