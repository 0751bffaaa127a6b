// The framing of what the shim and the plan process say to each other over the plan's standard input and output: one line of JSON,
// then as many bytes as its `payload` says. Bytes are streamed, so that neither side has to hold a component it only passes on.

import { collect, concatenate } from '../bytes.ts';
import { formatJson, parseJson } from './json.ts';

/** The line of a message. `payload` counts the bytes that follow it. */
export type MessageHead = { readonly payload: number };

/** No line is longer: a plan of a very large app is some hundred kilobytes. Bytes. */
const MAX_HEAD_BYTES = 16 * 2 ** 20;

const NEWLINE = 0x0a;

/** Encodes the line of a message. */
export function encodeHead(head: MessageHead): Uint8Array {
  return new TextEncoder().encode(`${formatJson(head)}\n`);
}

/** Reads messages from a stream of chunks, whatever their boundaries. */
export class MessageReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** The next message's line; null at the end. Throws when the stream ends within a line or when the line is no message's. */
  async readHead<T extends MessageHead>(): Promise<T | null> {
    const pieces: Uint8Array[] = [];
    for (let length = 0; ; ) {
      const end = this.#rest.indexOf(NEWLINE);
      const piece = this.#rest.subarray(0, end < 0 ? undefined : end);
      pieces.push(piece);
      length += piece.length;
      if (length > MAX_HEAD_BYTES) throw new Error('message line is too long');
      if (end >= 0) {
        this.#rest = this.#rest.subarray(end + 1);
        return parseHead<T>(concatenate(pieces));
      }
      if (!(await this.#fill())) {
        if (length > 0) throw new Error('stream ended within a message line');
        return null;
      }
    }
  }

  /** The next `length` bytes, chunk by chunk. All of them must be read before the next line. */
  async *readPayload(length: number): AsyncGenerator<Uint8Array, void> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#fill()))
        throw new Error(`stream ended ${left} bytes before its message`);
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
  }

  /** The next `length` bytes as one array. */
  readBytes(length: number): Promise<Uint8Array> {
    return collect(this.readPayload(length), length);
  }

  async #fill(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    this.#rest = done ? new Uint8Array() : value;
    return !done;
  }
}

function parseHead<T extends MessageHead>(bytes: Uint8Array): T {
  const head = parseJson(new TextDecoder().decode(bytes)) as T | null;
  if (!Number.isSafeInteger(head?.payload) || (head?.payload ?? -1) < 0)
    throw new Error('message has no payload length');
  return head as T;
}
