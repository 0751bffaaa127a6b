// Lets events in one by one while the worker is full. An event from within the app is always let in: the one that waits for it holds room.

/** How often is looked for room that another thread, or memory that was given up, has made. */
const LOOK_MS = 50;

/** The way in of a worker. */
export class Admission {
  readonly #hasRoom: () => boolean;
  readonly #onLeave: (() => void) | undefined;
  readonly #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `hasRoom` is asked before each event, `onLeave` called after it. */
  constructor(hasRoom: () => boolean, onLeave?: () => void) {
    this.#hasRoom = hasRoom;
    this.#onLeave = onLeave;
  }

  /** Returns nothing when the event may go ahead at once, else what resolves when it may. */
  enter(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#hasRoom()) return undefined;
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** An event has ended: the one that has waited longest goes ahead. */
  leave(): void {
    this.#onLeave?.();
    this.#admit();
  }

  #admit(): void {
    if (this.#waiting.length > 0 && this.#hasRoom()) this.#waiting.shift()?.();
  }

  #look(): void {
    this.#admit();
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Forgets who waits. */
  clear(): void {
    this.#waiting.length = 0;
  }
}
