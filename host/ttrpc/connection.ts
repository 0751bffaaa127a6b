// What server and client need of a connection: its chunks, a way to write, a way to close. socket.ts makes one of a Unix socket.

/** One connection, in both directions. */
export interface Connection {
  /** The peer's bytes. Ends when the peer has closed its side or the connection broke; may throw in the second case. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Queues bytes; they are written in order. On a closed connection it does nothing. */
  write(bytes: Uint8Array): void;
  /** Writes what is queued and closes. */
  close(): void;
}
