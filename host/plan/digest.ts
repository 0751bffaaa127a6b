// Digests that name cache entries and prove what a file holds.

import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { readChunks } from './chunks.ts';
import { formatJson } from './json.ts';

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
