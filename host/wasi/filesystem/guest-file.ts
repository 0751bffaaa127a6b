// An open file that several users share: descriptors, streams, operations under way. The last one closes it, so that no operation ever
// meets a descriptor number that means another file by then.

import { closeFile, type OpenFile } from './openat.ts';

/** A file with its users; the maker is the first. */
export class GuestFile {
  readonly descriptor: number;
  readonly stat: OpenFile['stat'];
  #users = 1;

  constructor({ descriptor, stat }: OpenFile) {
    this.descriptor = descriptor;
    this.stat = stat;
  }

  acquire(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) closeFile(this.descriptor);
  }

  /** Runs an operation as a user. */
  async use<T>(operation: (descriptor: number) => Promise<T>): Promise<T> {
    this.acquire();
    try {
      return await operation(this.descriptor);
    } finally {
      this.release();
    }
  }
}
