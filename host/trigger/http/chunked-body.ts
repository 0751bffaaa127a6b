// The chunked transfer coding, both ways (RFC 9112 section 7.1). The decoder is strict: what it does not take may be where one message
// ends and the next begins for somebody else.

import { checkText, type FieldName, readFieldLines } from './field-line.ts';
import { Refusal } from './refusal.ts';

/** Thirteen digits are the most that a number holds exactly. */
const SIZE_LINE = /^([0-9A-Fa-f]{1,13})(?:[ \t]*;.*)?$/;

/** What a size and its line end may take. */
const SIZE_BYTES = 14;

/** The most bytes of trailers and of extensions, which are read for nothing, in a body: 64 KiB. */
const TEXT_LIMIT_BYTES = 0x1_0000;

const CR = 0x0d;
const LF = 0x0a;

/** Decodes a body from pieces of any size. */
export class ChunkedDecoder {
  readonly #onBytes: (bytes: Uint8Array) => void;
  #state: 'size' | 'data' | 'data-cr' | 'data-lf' | 'trailers' | 'done' = 'size';
  #line = '';
  #rest = 0;
  #isAfterCr = false;
  #textBytes = 0;
  readonly #trailers: string[] = [];

  /** `onBytes` gets the body's bytes, as views of the pieces. */
  constructor(onBytes: (bytes: Uint8Array) => void) {
    this.#onBytes = onBytes;
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Flat list of names in lower case and values, once it is done. */
  get trailers(): readonly string[] {
    return this.#trailers;
  }

  /** Takes a piece and returns how many of its bytes belong to the body. Throws a `Refusal`. */
  push(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && this.#state !== 'done') at = this.#step(bytes, at);
    return at;
  }

  #step(bytes: Uint8Array, at: number): number {
    switch (this.#state) {
      case 'data': {
        const end = Math.min(bytes.length, at + this.#rest);
        this.#onBytes(bytes.subarray(at, end));
        this.#rest -= end - at;
        if (this.#rest === 0) this.#state = 'data-cr';
        return end;
      }
      case 'data-cr':
      case 'data-lf': {
        const isCr = this.#state === 'data-cr';
        if (bytes[at] !== (isCr ? CR : LF)) throw new Refusal(400, 'a chunk longer than its size');
        this.#state = isCr ? 'data-lf' : 'size';
        return at + 1;
      }
      default:
        return this.#takeText(bytes, at);
    }
  }

  /** Reads on in a size line, or in the trailers, which end with an empty line. */
  #takeText(bytes: Uint8Array, at: number): number {
    let end = at;
    while (end < bytes.length) {
      const byte = bytes[end++] as number;
      if (byte === LF) {
        if (!this.#isAfterCr) throw new Refusal(400, 'a line feed alone');
        this.#isAfterCr = false;
        this.#takeLine(this.#line);
        this.#line = '';
        return end;
      }
      if (this.#isAfterCr) throw new Refusal(400, 'a carriage return alone');
      if (byte === CR) this.#isAfterCr = true;
      else this.#line += String.fromCharCode(byte);
      this.#textBytes++;
      if (this.#textBytes > TEXT_LIMIT_BYTES) throw new Refusal(431, 'too much beside the chunks');
    }
    return end;
  }

  #takeLine(line: string): void {
    checkText(line);
    if (this.#state === 'size') this.#takeSize(line);
    else if (line !== '') readFieldLines(line, 0, (name, value) => this.#takeTrailer(name, value));
    else this.#state = 'done';
  }

  #takeSize(line: string): void {
    const [, digits] = SIZE_LINE.exec(line) ?? [];
    if (digits === undefined) throw new Refusal(400, 'a chunk size that is none');
    // Only zeros and extensions can make it long for nothing: what every size needs is not counted.
    this.#textBytes -= Math.min(this.#textBytes, SIZE_BYTES);
    this.#rest = Number.parseInt(digits, 16);
    this.#state = this.#rest === 0 ? 'trailers' : 'data';
  }

  #takeTrailer({ lower, isShown }: FieldName, value: string): void {
    if (isShown) this.#trailers.push(lower, value);
  }
}

/** Formats the line before a chunk; after its bytes a line end is due. */
export function formatChunkSize(length: number): string {
  return `${length.toString(16)}\r\n`;
}

/** Formats the end of a body; `trailers` is a flat list. */
export function formatLastChunk(trailers: readonly string[]): string {
  let text = '0\r\n';
  for (let index = 0; index + 1 < trailers.length; index += 2) text += `${trailers[index]}: ${trailers[index + 1]}\r\n`;
  return `${text}\r\n`;
}
