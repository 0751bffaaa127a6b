// Bodies for interfaces that do not stream: read to their end before the guest sees them, sent when all of them is there.

import { concatenate } from '../../bytes.ts';
import type { ByteSource } from '../io/input-stream.ts';
import { BodyPipe } from './body-pipe.ts';

/** The most bytes that the host holds of a body for interfaces that take it whole: 128 MiB, as in Spin. */
export const WHOLE_BODY_LIMIT_BYTES = 0x800_0000;

/** Thrown for a body that is longer. */
export class BodyTooLongError extends Error {
  override readonly name = 'BodyTooLongError';

  constructor() {
    super(`the body is longer than ${WHOLE_BODY_LIMIT_BYTES} bytes`);
  }
}

/** The most bytes taken at a time: whatever is there. */
const READ_LIMIT_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * Reads a body to its end. Rejects with an `Error` when it breaks off, with `BodyTooLongError`, and with `InstanceCancelled` when it is
 * cancelled.
 */
export async function readWholeBody(source: ByteSource): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = source.take(READ_LIMIT_BYTES);
    if (chunk !== undefined) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > WHOLE_BODY_LIMIT_BYTES) throw new BodyTooLongError();
      continue;
    }
    const error = source.takeError();
    if (error?.tag === 'closed') return concatenate(chunks);
    if (error !== undefined) throw new Error(`the body broke off: ${error.val.message}`, { cause: error.val });
    await source.wait();
  }
}

/** Creates a body that is all there. */
export function createWholeBody(bytes: Uint8Array): BodyPipe {
  const pipe = new BodyPipe();
  if (bytes.length > 0) pipe.put(bytes);
  pipe.end();
  return pipe;
}
