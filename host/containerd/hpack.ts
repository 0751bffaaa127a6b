// Header blocks of HTTP/2, RFC 7541, as far as a gRPC client needs them: it writes names and values as they are, and reads an answer
// whose sender was told to keep no dynamic table (http2-frame.ts). Of the static table nothing is of interest.

import { concatenate } from '../bytes.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

/** The static table, appendix A, has this many entries; an index beyond it is one of the dynamic table. */
const STATIC_ENTRIES = 61;

/**
 * The Huffman code of appendix B for what headers of gRPC are made of: symbols in the order of their codes, by the length of these. The
 * code is canonical, so this is all there is to know; longer codes are of bytes that are no printable ASCII.
 */
const SYMBOLS: ReadonlyMap<number, string> = new Map([
  [5, '012aceiost'],
  [6, ' %-./3456789=A_bdfghlmnpru'],
  [7, ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz'],
  [8, '&*,;XZ'],
  [10, '!"()?'],
  [11, "'+|"],
  [12, '#>'],
  [13, '\0$@[]~'],
  [14, '^}'],
  [15, '<`{'],
]);
const LONGEST_CODE = 15;

/** Encodes headers: each as a literal that no table remembers. */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Uint8Array {
  const encoder = new TextEncoder();
  return concatenate(
    Object.entries(headers).flatMap(([name, value]) => {
      const [nameBytes, valueBytes] = [encoder.encode(name), encoder.encode(value)];
      return [[0], encodeLength(nameBytes.length), nameBytes, encodeLength(valueBytes.length), valueBytes];
    }),
  );
}

function encodeLength(length: number): number[] {
  if (length < 0x7f) return [length];
  const bytes = [0x7f];
  let left = length - 0x7f;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return [...bytes, left];
}

/** Decodes a block to those headers whose names are written out in it. Throws a `StatusError` when it is malformed. */
export function decodeHeaders(block: Uint8Array): Record<string, string> {
  const reader = new BlockReader(block);
  const headers: Record<string, string> = {};
  while (!reader.isAtEnd) {
    const first = reader.peek();
    if (first & 0x80) refuseDynamic(reader.readInteger(7));
    else if ((first & 0xe0) === 0x20) reader.readInteger(5);
    else {
      const index = refuseDynamic(reader.readInteger(first & 0x40 ? 6 : 4));
      const name = index === 0 ? reader.readString() : null;
      const value = reader.readString();
      if (name !== null) headers[name] = value;
    }
  }
  return headers;
}

function refuseDynamic(index: number): number {
  if (index > STATIC_ENTRIES) throw malformed();
  return index;
}

class BlockReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw malformed();
    return byte;
  }

  /** Section 5.1: an integer in the lower `bits` bits of this byte, and in the following bytes when it is too large for these. */
  readInteger(bits: number): number {
    const limit = (1 << bits) - 1;
    let value = this.#next() & limit;
    if (value < limit) return value;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#next();
      value += (byte & 0x7f) << shift;
      if (!(byte & 0x80)) return value;
    }
    throw malformed();
  }

  /** Section 5.2. */
  readString(): string {
    const isHuffman = (this.peek() & 0x80) !== 0;
    const length = this.readInteger(7);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw malformed();
    this.#at += length;
    return isHuffman ? decodeHuffman(bytes) : new TextDecoder('latin1').decode(bytes);
  }

  #next(): number {
    const byte = this.peek();
    this.#at++;
    return byte;
  }
}

function decodeHuffman(bytes: Uint8Array): string {
  let text = '';
  let [code, length, first] = [0, 0, 0];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    code = (code << 1) | (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    first <<= 1;
    const symbols = SYMBOLS.get(++length) ?? '';
    const symbol = symbols[code - first];
    first += symbols.length;
    if (symbol !== undefined) {
      text += symbol;
      [code, length, first] = [0, 0, 0];
    } else if (length > LONGEST_CODE) throw malformed();
  }
  // What is left is the padding: the beginning of a code of ones.
  return text;
}

function malformed(): StatusError {
  return new StatusError(Code.UNAVAILABLE, 'the answer has headers that cannot be read');
}
