// Puts binaries together out of pieces of old ones and new bytes.

import type { Piece } from '../../../bytes.ts';

/** Encodes an unsigned LEB128 integer of at most 32 bits. */
export function encodeLeb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left & 0x7f) | 0x80);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
}

/** Encodes a signed LEB128 integer of 32 bits. */
export function encodeSignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let left = value | 0;
  for (;;) {
    const byte = left & 0x7f;
    left >>= 7;
    if ((left === 0 && (byte & 0x40) === 0) || (left === -1 && (byte & 0x40) !== 0)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

export function encodeName(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [...encodeLeb(bytes.length), ...bytes];
}

/** Returns a section with its id and length. */
export function encodeSection(id: number, pieces: readonly Piece[]): Piece[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [[id, ...encodeLeb(length)], ...pieces];
}
