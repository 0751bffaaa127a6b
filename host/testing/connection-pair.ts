// Two ends of a connection in memory, for tests of what speaks over connections.
import type { Connection } from '../ttrpc/connection.ts';

/** Creates both ends. Closing an end ends the chunks of both. */
export function createConnectionPair(): [Connection, Connection] {
  const there = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: Infinity });
  const back = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: Infinity });
  const thereWriter = there.writable.getWriter();
  const backWriter = back.writable.getWriter();
  const close = (): void => {
    // Either may be closed already, which is as good.
    for (const writer of [thereWriter, backWriter]) writer.close().catch(() => undefined);
  };
  const end = (chunks: AsyncIterable<Uint8Array>, writer: WritableStreamDefaultWriter<Uint8Array>): Connection => ({
    chunks,
    write: (bytes) => void writer.write(bytes).catch(() => undefined),
    close,
  });
  return [end(back.readable, thereWriter), end(there.readable, backWriter)];
}
