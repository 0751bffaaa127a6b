// Lets events in one by one while the worker is full. An event from within the app is always let in: the one that waits for it holds room.

/** The way in of a worker. */
export class Admission {
  readonly #hasRoom: () => boolean;
  readonly #waiting: (() => void)[] = [];

  /** `hasRoom` is asked before each event. */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  /** Returns nothing when the event may go ahead at once, else what resolves when it may. */
  enter(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#hasRoom()) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** An event has ended: the one that has waited longest goes ahead. */
  leave(): void {
    if (this.#waiting.length > 0 && this.#hasRoom()) this.#waiting.shift()?.();
  }

  /** Forgets who waits. */
  clear(): void {
    this.#waiting.length = 0;
  }
}
