// The frames of ttrpc: a ten-byte header, big endian, and its data. Bytes to frames and back, without any I/O; what frames mean is
// for server.ts and client.ts. https://github.com/containerd/ttrpc/blob/main/PROTOCOL.md

/** The length of a message header: data length (4 bytes), stream ID (4), message type (1), flags (1). */
export const HEADER_LENGTH = 10;
/** The most data that a frame may carry, in bytes. */
export const MAX_DATA_LENGTH = 4 << 20;

/** The message types. */
export const MessageType = { REQUEST: 1, RESPONSE: 2, DATA: 3 } as const;

/** The flags, which only streams use. */
export const Flag = { REMOTE_CLOSED: 0x01, REMOTE_OPEN: 0x02, NO_DATA: 0x04 } as const;

/** A message header without the data length. */
export type FrameHeader = {
  readonly streamId: number;
  /** One of `MessageType`, or a type that does not exist yet. */
  readonly type: number;
  readonly flags: number;
};

/** A frame to be sent. */
export type Frame = FrameHeader & { readonly data: Uint8Array };

/** A received frame. Of an oversized one there is the announced length, in bytes, and no data. */
export type ReceivedFrame = Frame | (FrameHeader & { readonly oversizedLength: number });

/** Encodes a frame. Throws `RangeError` when its data is longer than `MAX_DATA_LENGTH`. */
export function encodeFrame(frame: Frame): Uint8Array {
  const { length } = frame.data;
  if (length > MAX_DATA_LENGTH) throw new RangeError(oversizeMessage(length));
  const bytes = new Uint8Array(HEADER_LENGTH + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length);
  view.setUint32(4, frame.streamId);
  view.setUint8(8, frame.type);
  view.setUint8(9, frame.flags);
  bytes.set(frame.data, HEADER_LENGTH);
  return bytes;
}

/** Says why a message is refused, in ttrpc's words. */
export function oversizeMessage(length: number): string {
  return `message length ${length} exceed maximum message size of ${MAX_DATA_LENGTH}`;
}

/**
 * Decodes the frames of one connection, however its bytes are cut into chunks. Each byte is copied at most once: data that lies in
 * one chunk is a view of it, other data is gathered in a buffer of its announced length. Oversized data is skipped.
 */
export class FrameDecoder {
  readonly #header = new Uint8Array(HEADER_LENGTH);
  #headerLength = 0;
  #data: Uint8Array | undefined;
  #dataLength = 0;
  #skipLength = 0;

  /** Decodes the frames that this chunk completes, and keeps the rest of it for the next call. */
  decode(chunk: Uint8Array): ReceivedFrame[] {
    const frames: ReceivedFrame[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#skipLength > 0) {
        rest = this.#skip(rest);
        continue;
      }
      rest = this.#takeHeader(rest);
      if (this.#headerLength < HEADER_LENGTH) break;
      const length = new DataView(this.#header.buffer).getUint32(0);
      if (length > MAX_DATA_LENGTH) {
        this.#skipLength = length;
        frames.push({ ...this.#finish(), oversizedLength: length });
      } else {
        rest = this.#takeData(rest, length, frames);
      }
    }
    return frames;
  }

  /** True when the bytes so far end within a frame. */
  get isWithinFrame(): boolean {
    return this.#headerLength > 0 || this.#skipLength > 0;
  }

  #takeHeader(rest: Uint8Array): Uint8Array {
    const taken = rest.subarray(0, HEADER_LENGTH - this.#headerLength);
    this.#header.set(taken, this.#headerLength);
    this.#headerLength += taken.length;
    return rest.subarray(taken.length);
  }

  #takeData(rest: Uint8Array, length: number, frames: ReceivedFrame[]): Uint8Array {
    if (!this.#data && rest.length >= length) {
      frames.push({ ...this.#finish(), data: rest.subarray(0, length) });
      return rest.subarray(length);
    }
    this.#data ??= new Uint8Array(length);
    const taken = rest.subarray(0, length - this.#dataLength);
    this.#data.set(taken, this.#dataLength);
    this.#dataLength += taken.length;
    if (this.#dataLength === length) {
      const data = this.#data;
      frames.push({ ...this.#finish(), data });
    }
    return rest.subarray(taken.length);
  }

  #skip(rest: Uint8Array): Uint8Array {
    const skipped = Math.min(this.#skipLength, rest.length);
    this.#skipLength -= skipped;
    return rest.subarray(skipped);
  }

  #finish(): FrameHeader {
    const view = new DataView(this.#header.buffer);
    this.#headerLength = 0;
    this.#data = undefined;
    this.#dataLength = 0;
    return { streamId: view.getUint32(4), type: view.getUint8(8), flags: view.getUint8(9) };
  }
}
