// A file's bytes from an offset on, as a byte source: one chunk is read when the guest has taken the last.

import type { InstanceScope } from '../instance-scope.ts';
import { IoError } from '../io/error.ts';
import { ByteSource } from '../io/input-stream.ts';
import { errorCodeFromErrno } from './error-code.ts';
import type { GuestFile } from './guest-file.ts';
import { readFileAt } from './openat.ts';

/** How much is read at a time: 64 KiB. */
const CHUNK_BYTES = 0x1_0000;

/** A source of a file's bytes. */
export class FileSource extends ByteSource {
  readonly #file: GuestFile;
  readonly #scope: InstanceScope;
  #offset: bigint;
  #chunk: Uint8Array | undefined;
  #isReading = false;
  #isClosed = false;

  /** Takes over one use of the file, and gives it back when it is disposed. */
  constructor(file: GuestFile, offset: bigint, scope: InstanceScope) {
    super();
    this.#file = file;
    this.#offset = offset;
    this.#scope = scope;
    scope.add(this);
  }

  take(limit: number): Uint8Array | undefined {
    const chunk = this.#chunk;
    if (chunk === undefined) {
      void this.#read();
      return undefined;
    }
    this.#chunk = chunk.length > limit ? chunk.subarray(limit) : undefined;
    return chunk.subarray(0, limit);
  }

  override addWaiter(waiter: () => void): void {
    super.addWaiter(waiter);
    if (!this.isReady()) void this.#read();
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#scope.remove(this);
    this.#file.release();
    this.cancel();
  }

  protected hasBytes(): boolean {
    return this.#chunk !== undefined;
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    if (this.#isReading || this.#isClosed || this.isEnded || this.failure !== undefined) return;
    this.#isReading = true;
    try {
      const chunk = await this.#file.use((descriptor) => readFileAt(descriptor, CHUNK_BYTES, this.#offset));
      this.#offset += BigInt(chunk.length);
      if (chunk.length === 0) this.isEnded = true;
      else this.#chunk = chunk;
    } catch (error) {
      this.failure = new IoError(String(error), { filesystem: errorCodeFromErrno(error) });
    }
    this.#isReading = false;
    this.wake();
  }
}
