// Reads a tar archive, chunk by chunk: POSIX ustar with pax records and with GNU's long names, as archives of files have them. Only the
// contents of regular files matter here, because a locked app names every file by its digest; so names are not even decoded.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html

import { collect } from '../bytes.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

const BLOCK_BYTES = 512;
const SIZE_FIELD = [124, 136] as const;
const TYPE_FIELD = 156;

/** The content of one regular file. It must be read to its end before the next one is asked for. */
export type TarFile = { readonly size: number; readonly content: AsyncIterable<Uint8Array> };

/** Lists the regular files of an archive in their order. Throws a `StatusError` when it is malformed or cut. */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile, void> {
  const reader = new BlockReader(chunks);
  for (;;) {
    const header = await reader.readHeader();
    if (header === null) return;
    const size = sizeOf(header);
    const type = String.fromCharCode(header[TYPE_FIELD] ?? 0);
    const content = reader.readBytes(size);
    // The type of the oldest format for a regular file is a zero byte, that of contiguous files is 7.
    if (type === '0' || type === '\0' || type === '7') yield { size, content };
    for await (const _ of content);
    await reader.skip(-size & (BLOCK_BYTES - 1));
  }
}

function sizeOf(header: Uint8Array): number {
  const field = header.subarray(...SIZE_FIELD);
  // Beyond 8 GiB the field is binary, and the file too large to be a part of an app.
  const text = new TextDecoder('latin1').decode(field).replace(/[\0 ]+$/, '');
  if (!/^ *[0-7]*$/.test(text)) throw malformed('a size is no number');
  return Number.parseInt(text.trim() || '0', 8);
}

class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next header; null at the end of the archive, which is a block of zeros or the end of the bytes. */
  async readHeader(): Promise<Uint8Array | null> {
    if (this.#rest.length === 0 && !(await this.#fill())) return null;
    const block = await collect(this.readBytes(BLOCK_BYTES), BLOCK_BYTES);
    return block.every((byte) => byte === 0) ? null : block;
  }

  async *readBytes(length: number): AsyncGenerator<Uint8Array, void> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#fill())) throw malformed('it ends early');
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async skip(length: number): Promise<void> {
    for await (const _ of this.readBytes(length));
  }

  /** Takes the next chunk that is not empty. */
  async #fill(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    this.#rest = value;
    return this.#rest.length > 0 || this.#fill();
  }
}

function malformed(reason: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, `an archive of files cannot be read: ${reason}`);
}
