// A checksum that finds what a disk does to a file: FNV-1a over words of 32 bits. Any change within one word changes it. It proves
// nothing to anybody who wants to deceive, but nobody except root writes the cache; and unlike Node's crypto it takes no memory.
// http://www.isthe.com/chongo/tech/comp/fnv/

import type { FileHandle } from 'node:fs/promises';
import { readChunks } from './chunks.ts';

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const WORD_BYTES = 4;

/** Computes the checksum of a file's content; the last word is filled up with zeros. */
export async function checksumFile(handle: FileHandle): Promise<number> {
  let checksum = OFFSET_BASIS;
  for await (const chunk of readChunks(handle)) checksum = addWords(checksum, chunk);
  return checksum >>> 0;
}

/** The chunk is the beginning of its buffer, whose length is a multiple of a word's. */
function addWords(checksum: number, chunk: Uint8Array<ArrayBuffer>): number {
  const count = Math.ceil(chunk.length / WORD_BYTES);
  new Uint8Array(chunk.buffer).fill(0, chunk.length, count * WORD_BYTES);
  let next = checksum;
  const words = new Uint32Array(chunk.buffer, 0, count);
  // An iterator would take several times as long.
  for (let index = 0; index < count; index++) next = Math.imul(next ^ (words[index] ?? 0), PRIME);
  return next;
}
