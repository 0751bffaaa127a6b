// A guest's standard output or error: a sink on a descriptor that all guests share.

import { ByteSink, WRITE_BUDGET_BYTES } from '../wasi/io/output-stream.ts';
import type { DescriptorWriter } from './descriptor.ts';

/** A sink that wants no more while a budget's worth waits to be written. */
export class DescriptorSink extends ByteSink {
  readonly #writer: DescriptorWriter;

  constructor(writer: DescriptorWriter) {
    super();
    this.#writer = writer;
  }

  put(bytes: Uint8Array): void {
    this.#writer.write(bytes);
  }

  /** A write is done for the guest once it is on its way, as with a pipe. */
  isFlushed(): boolean {
    return this.#writer.pendingBytes < WRITE_BUDGET_BYTES;
  }

  override addWaiter(waiter: () => void): void {
    this.#writer.addWaiter(waiter);
  }

  override removeWaiter(waiter: () => void): void {
    this.#writer.removeWaiter(waiter);
  }

  [Symbol.dispose](): void {}

  protected room(): number {
    return Math.max(0, WRITE_BUDGET_BYTES - this.#writer.pendingBytes);
  }
}
