// Pieces of bytes to one array: below all rooms, because every protocol, archive and binary here is put together out of pieces.

/** Bytes to be put one behind the other: numbers, or a piece of a binary. */
export type Piece = Uint8Array | readonly number[];

/** Returns the pieces one behind the other, as an array of its own. */
export function concatenate(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/** Reads chunks that are `length` bytes together into one array. Throws a `RangeError` when they are more. */
export async function collect(chunks: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
