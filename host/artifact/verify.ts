// Proves that bytes from a content store are what the image names: their size and their SHA-256.

import { createHash } from 'node:crypto';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Descriptor } from './image-manifest.ts';

/** Passes chunks on. Throws a `StatusError` as soon as they are too many, or at their end when they are not what the descriptor says. */
export async function* verifyChunks(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > size) throw refuse(digest, `it is longer than ${size} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (length !== size) throw refuse(digest, `it has ${length} bytes instead of ${size}`);
  if (actual !== digest) throw refuse(digest, `its content has the digest ${actual}`);
}

/** Passes chunks on and, at their end, knows their digest. */
export class DigestReader {
  #hash = createHash('sha256');

  async *read(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** The SHA-256 in hexadecimal. May be asked for once. */
  finish(): string {
    return this.#hash.digest('hex');
  }
}

function refuse(digest: string, reason: string): StatusError {
  return new StatusError(Code.DATA_LOSS, `the image's layer ${digest} is damaged: ${reason}`);
}
