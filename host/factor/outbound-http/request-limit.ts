// Lets so many requests be under way at a time, and the others wait in their order.

/** A place among the requests under way. */
export type Place = { readonly leave: () => void };

/** A limit that all components of an app share. */
export class RequestLimit {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(max: number) {
    this.#free = max;
  }

  /** Calls `start` when there is a place, perhaps at once. The place is to be left; before its turn, that gives up waiting. */
  enter(start: () => void): Place {
    let hasPlace = false;
    let hasLeft = false;
    const turn = () => {
      hasPlace = true;
      start();
    };
    const leave = () => {
      if (hasLeft) return;
      hasLeft = true;
      if (hasPlace) this.#passOn();
      else this.#waiting.delete(turn);
    };
    if (this.#free > 0) {
      this.#free--;
      turn();
    } else {
      this.#waiting.add(turn);
    }
    return { leave };
  }

  #passOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
