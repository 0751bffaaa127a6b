// Encodes sections of components that no assembler would write: too many of them, or what must not be.

import { concatenate, type Piece } from '../../../host/bytes.ts';

/** Bytes, in pieces. */
export type Bytes = Piece;

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** Encodes an unsigned LEB128 integer of up to 28 bits, in four bytes: as a signed one it is the same. */
export function leb(value: number): number[] {
  return [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, ((value >> 14) & 0x7f) | 0x80, (value >> 21) & 0x7f];
}

export function name(text: string): number[] {
  return [...leb(text.length), ...new TextEncoder().encode(text)];
}

/** Encodes a vector of `count` elements, each by its number. */
export function vector(count: number, element: (index: number) => Bytes): Bytes {
  return concatenate([leb(count), ...Array.from({ length: count }, (_, index) => element(index))]);
}

export function section(id: number, ...content: Bytes[]): Bytes {
  const bytes = concatenate(content);
  return concatenate([[id], leb(bytes.length), bytes]);
}

export function component(...sections: Bytes[]): Uint8Array {
  return concatenate([PREAMBLE, ...sections]);
}
