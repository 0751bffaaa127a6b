// Reads files piece by piece, so that a shim never holds a component.

import type { FileHandle } from 'node:fs/promises';

/** How much of a file is read at a time, in bytes: large enough for the disk, small enough for a shim. */
export const CHUNK_BYTES = 256 * 1024;

/** A file's content from its start, chunk by chunk: all but the last are whole. A chunk is valid until the next one is asked for. */
export async function* readChunks(handle: FileHandle): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let position = 0; ; ) {
    const length = await fill(handle, buffer, position);
    if (length === 0) return;
    position += length;
    yield buffer.subarray(0, length);
  }
}

async function fill(handle: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
