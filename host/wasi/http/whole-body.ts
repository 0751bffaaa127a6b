// Bodies for interfaces that do not stream: read to their end before the guest sees them, sent when all of them is there.

import { concatenate } from '../../bytes.ts';
import type { ByteSource } from '../io/input-stream.ts';
import { BodyPipe } from './body-pipe.ts';

/** The most bytes taken at a time: whatever is there. */
const READ_LIMIT_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * Reads a body to its end. Rejects with an `Error` when it breaks off or is longer than `limitBytes`, and with `InstanceCancelled` when it
 * is cancelled.
 */
export async function readWholeBody(source: ByteSource, limitBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = source.take(READ_LIMIT_BYTES);
    if (chunk !== undefined) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limitBytes) throw new Error(`the body is longer than ${limitBytes} bytes`);
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
