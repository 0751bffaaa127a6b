// A linear memory with the views that lifting and lowering read and write it through.

import { Trap } from './trap.ts';

/** Growing a memory detaches its views; `refresh` is called after each piece of guest code that may have grown it. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** How many bytes have been checked in all: what a value takes whose parts a guest may point at many times. */
  checkedBytes = 0;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  refresh(): void {
    // A detached view has length 0: far cheaper to ask than the memory for its buffer.
    if (this.bytes.length !== 0) return;
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
  }

  /** Traps unless `length` bytes at `pointer` lie in the memory and the pointer is aligned. */
  check(pointer: number, length: number, alignment: number): void {
    this.checkedBytes += length;
    if (pointer + length > this.bytes.length) throw new Trap(`pointer ${pointer} of ${length} bytes is out of bounds`);
    if ((pointer & (alignment - 1)) !== 0) throw new Trap(`pointer ${pointer} is not aligned to ${alignment}`);
  }
}
