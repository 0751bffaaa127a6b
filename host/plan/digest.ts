// Digests that name cache entries and prove what a file holds.

import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { formatJson } from './json.ts';

/** How much of a file is read at a time, in bytes: large enough for the disk, small enough for a shim. */
const CHUNK_BYTES = 256 * 1024;

/** The SHA-256 of a value made of plain data, in hexadecimal: a cache key. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(formatJson(value)).digest('hex');
}

/** The SHA-256 of a file's content, in hexadecimal. */
export async function digestFile(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(handle)) hash.update(chunk);
  return hash.digest('hex');
}

/** A file's content from its start, chunk by chunk. A chunk is valid until the next one is asked for. */
export async function* readChunks(handle: FileHandle): AsyncGenerator<Uint8Array, void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
