// How gRPC puts messages into the body of an HTTP/2 request or response: a byte that says whether it is compressed, its length in four
// bytes, the message. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests

import { concatenate } from '../bytes.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

const PREFIX_BYTES = 5;

/** containerd sends blobs in pieces of a few MiB at most. Bytes. */
const MAX_MESSAGE_BYTES = 16 * 2 ** 20;

/** Puts the prefix before a message. */
export function encodeGrpcMessage(message: Uint8Array): Uint8Array {
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setUint32(1, message.length);
  return concatenate([prefix, message]);
}

/** Splits a body into its messages, whatever the boundaries of its chunks. Throws a `StatusError` on what is no such body. */
export async function* readGrpcMessages(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let needed = PREFIX_BYTES;
  for await (const chunk of body) {
    pieces.push(chunk);
    length += chunk.length;
    if (length < needed) continue;
    let rest: Uint8Array = concatenate(pieces);
    for (let end = endOf(rest); end <= rest.length; end = endOf(rest)) {
      yield rest.subarray(PREFIX_BYTES, end);
      rest = rest.subarray(end);
    }
    pieces = [rest];
    length = rest.length;
    needed = endOf(rest);
  }
  if (length > 0) throw new StatusError(Code.UNAVAILABLE, 'the answer ended within a message');
}

/** The end of the first message, as far as its prefix is there. */
function endOf(bytes: Uint8Array): number {
  if (bytes.length < PREFIX_BYTES) return PREFIX_BYTES;
  if (bytes[0] !== 0) throw new StatusError(Code.UNIMPLEMENTED, 'the answer is compressed');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  if (length > MAX_MESSAGE_BYTES) throw new StatusError(Code.RESOURCE_EXHAUSTED, `a message of ${length} bytes`);
  return PREFIX_BYTES + length;
}

/** The status that the headers at the end of an answer give; null when they give none. Messages are percent-encoded. */
export function statusFromHeaders(headers: Readonly<Record<string, unknown>>): StatusError | 'ok' | null {
  const code = headers['grpc-status'];
  if (code === undefined) return null;
  if (code === '0') return 'ok';
  const known = Object.values(Code).find((value) => value === Number(code)) ?? Code.UNKNOWN;
  return new StatusError(known, decodeText(String(headers['grpc-message'] ?? 'no reason given')));
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
