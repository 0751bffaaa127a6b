// Sees to it that no guest keeps its thread for itself. Events of one thread share it: while one computes, the others wait. What computes for
// longer than it may is ended by a watchdog, and with it everything that waited on the thread (host/ffi/watchdog.ts says why).

/** The native part, for one thread. */
export interface ThreadWatchdog {
  /** Whether the time was over since it was armed: then what ran has been ended. */
  readonly hasBitten: boolean;
  /** Starts to count, from zero. */
  arm(): void;
  disarm(): void;
}

export type ThreadGuardOptions = {
  readonly watchdog: ThreadWatchdog;
  /** The time that the watchdog gives, in milliseconds. */
  readonly limitMs: number;
  /** Whether some guest is at work or waits. */
  readonly isBusy: () => boolean;
  /** Called in a turn of its own when what ran has been ended: whoever waited on this thread will not be told. */
  readonly onBite: () => void;
};

/** Turns of the event loop within the limit: one that lives winds the watchdog up again in time. */
const TURNS = 4;

/** How long a watchdog must count so that a guest has at least `limitMs`, however late in a turn it began. */
export function countdownOf(limitMs: number): number {
  return limitMs + limitMs / TURNS;
}

/** Winds the watchdog up for as long as guests are at work. */
export class ThreadGuard {
  readonly #options: ThreadGuardOptions;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: ThreadGuardOptions) {
    this.#options = options;
  }

  /** Takes note that a guest is about to work. */
  touch(): void {
    if (this.#timer !== undefined) return;
    this.#options.watchdog.arm();
    this.#timer = setInterval(() => this.#turn(), this.#options.limitMs / TURNS).unref();
  }

  #turn(): void {
    const { watchdog, isBusy, onBite } = this.#options;
    if (watchdog.hasBitten) onBite();
    if (isBusy()) watchdog.arm();
    else this.close();
  }

  /** Counts no more. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#options.watchdog.disarm();
  }
}
