// Frames of HTTP/2, RFC 9113 section 4 and 6, for a client with one request on a connection: what opens the connection, what asks, and
// the answer's frames out of a stream of chunks.

import { concatenate } from '../bytes.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { encodeHeaders } from './hpack.ts';

/** Types of frames, section 6. */
export const FRAME = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
};

/** Flags of frames. `ack` is of settings and pings, which end no stream. */
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 };

/** The client's first stream. */
export const STREAM_ID = 1;

const HEADER_BYTES = 9;
/** SETTINGS_MAX_FRAME_SIZE as long as nobody says otherwise. */
const MAX_FRAME_BYTES = 16_384;
/** What a receiver may be sent before it says that it can take more. */
const INITIAL_WINDOW_BYTES = 65_535;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** SETTINGS_HEADER_TABLE_SIZE, SETTINGS_ENABLE_PUSH and SETTINGS_INITIAL_WINDOW_SIZE. */
const SETTING = { headerTableSize: 1, enablePush: 2, initialWindowSize: 4 };

/** How much the other side may send before the next window update, in bytes. */
export const WINDOW_BYTES = 4 * 2 ** 20;

/** One frame. */
export type Frame = {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
};

/** Encodes a frame. */
export function encodeFrame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, (payload.length << 8) | type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  return concatenate([header, payload]);
}

/** Encodes the opening of a connection and the only request on it. Throws a `StatusError` when the body is too large to send at once. */
export function encodeRequest(headers: Readonly<Record<string, string>>, body: Uint8Array): Uint8Array {
  if (body.length > INITIAL_WINDOW_BYTES) {
    throw new StatusError(Code.RESOURCE_EXHAUSTED, `a request of ${body.length} bytes`);
  }
  const pieces = [new TextEncoder().encode(PREFACE), encodeSettings(), encodeWindowUpdate(0, WINDOW_BYTES)];
  pieces.push(encodeFrame(FRAME.headers, FLAG.endHeaders, STREAM_ID, encodeHeaders(headers)));
  for (let at = 0; at < body.length; at += MAX_FRAME_BYTES) {
    pieces.push(encodeFrame(FRAME.data, 0, STREAM_ID, body.subarray(at, at + MAX_FRAME_BYTES)));
  }
  pieces.push(encodeFrame(FRAME.data, FLAG.endStream, STREAM_ID, new Uint8Array()));
  return concatenate(pieces);
}

function encodeSettings(): Uint8Array {
  const settings = [
    [SETTING.headerTableSize, 0],
    [SETTING.enablePush, 0],
    [SETTING.initialWindowSize, WINDOW_BYTES],
  ] as const;
  const view = new DataView(new ArrayBuffer(6 * settings.length));
  for (const [index, [name, value]] of settings.entries()) {
    view.setUint16(6 * index, name);
    view.setUint32(6 * index + 2, value);
  }
  return encodeFrame(FRAME.settings, 0, 0, new Uint8Array(view.buffer));
}

/** Encodes that the other side may send so many bytes more: on the connection (0) or on a stream. */
export function encodeWindowUpdate(stream: number, bytes: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, bytes);
  return encodeFrame(FRAME.windowUpdate, 0, stream, payload);
}

/** Splits what is received into frames, whatever the boundaries of its chunks. What is cut at the end is left out. */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : concatenate([rest, chunk]);
    for (let end = endOf(rest); end <= rest.length; end = endOf(rest)) {
      const view = new DataView(rest.buffer, rest.byteOffset, HEADER_BYTES);
      const stream = view.getUint32(5) & 0x7fff_ffff;
      yield { type: view.getUint8(3), flags: view.getUint8(4), stream, payload: rest.subarray(HEADER_BYTES, end) };
      rest = rest.subarray(end);
    }
  }
}

/** The end of the first frame, as far as its header is there. */
function endOf(bytes: Uint8Array): number {
  if (bytes.length < HEADER_BYTES) return HEADER_BYTES;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) >>> 8;
  if (length > MAX_FRAME_BYTES) throw new StatusError(Code.UNAVAILABLE, 'the answer is not HTTP/2');
  return HEADER_BYTES + length;
}

/** The content of a data or headers frame, without what these may have around it. */
export function contentOf({ type, flags, payload }: Frame): Uint8Array {
  const isPadded = (flags & FLAG.padded) !== 0;
  const start = (isPadded ? 1 : 0) + (type === FRAME.headers && flags & FLAG.priority ? 5 : 0);
  return payload.subarray(start, payload.length - (isPadded ? (payload[0] ?? 0) : 0));
}
