// Strings in the three encodings of the Canonical ABI.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#loading
// Sizes are known before anything is allocated, so that each string costs the guest one allocation: some older adapters of
// WASI 0.1 cannot resize one.

import { layoutOf } from '../../../guest-runtime/link/layout.ts';
import type { Codec, CoreValue } from './codec.ts';
import type { LiftLowerContext } from './context.ts';
import type { LinearMemory } from './linear-memory.ts';
import { describe } from './primitive.ts';
import { Trap } from './trap.ts';

const MAX_STRING_BYTE_LENGTH = 2 ** 31 - 1;
/** No string of V8's is longer. */
const MAX_STRING_LENGTH = 2 ** 29 - 24;
/** Set in the length of a `latin1-utf16` string that is in UTF-16. */
const UTF16_TAG = 0x80000000;

/** Up to this many bytes a loop over them is faster than a call into the decoder. */
const SHORT = 24;

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf16Decoder = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

export const stringCodec: Codec = {
  layout: layoutOf({ tag: 'primitive', val: 'string' }, []),
  load(context, pointer) {
    const { view } = context.memory;
    return loadString(context, view.getUint32(pointer, true), view.getUint32(pointer + 4, true));
  },
  store(context, value, pointer) {
    const start = storeString(context, value);
    const { view } = context.memory;
    view.setUint32(pointer, start, true);
    view.setUint32(pointer + 4, storedLength, true);
  },
  liftFlat(context, flat, at) {
    return loadString(context, (flat[at] as number) >>> 0, (flat[at + 1] as number) >>> 0);
  },
  lowerFlat(context, value, flat: CoreValue[]) {
    const start = storeString(context, value);
    flat.push(start, storedLength | 0);
  },
};

function loadString(context: LiftLowerContext, pointer: number, taggedLength: number): string {
  const { memory, encoding } = context;
  if (encoding === 'utf8') {
    memory.check(pointer, taggedLength, 1);
    return loadUtf8(memory, pointer, taggedLength);
  }
  if (encoding === 'utf16' || taggedLength >= UTF16_TAG) {
    const units = encoding === 'utf16' ? taggedLength : taggedLength - UTF16_TAG;
    memory.check(pointer, 2 * units, 2);
    requireLength(units);
    return decode(utf16Decoder, memory.bytes.subarray(pointer, pointer + 2 * units));
  }
  memory.check(pointer, taggedLength, 2);
  requireLength(taggedLength);
  return loadLatin1(memory, pointer, taggedLength);
}

function loadUtf8(memory: LinearMemory, pointer: number, length: number): string {
  const { bytes } = memory;
  const end = pointer + length;
  if (length <= SHORT) {
    let text = '';
    let at = pointer;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (at === end) return text;
  }
  requireLength(length);
  return decode(utf8Decoder, bytes.subarray(pointer, end));
}

function requireLength(units: number): void {
  if (units > MAX_STRING_LENGTH) throw new Trap(`string of ${units} code units is too long`);
}

function decode(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Trap(`string is not ${decoder.encoding}`, { cause });
  }
}

/** The decoder that is called latin1 means windows-1252, which differs between 0x80 and 0x9f. */
function loadLatin1(memory: LinearMemory, pointer: number, length: number): string {
  let text = '';
  for (let at = pointer; at < pointer + length; at += 8192) {
    text += String.fromCharCode(...memory.bytes.subarray(at, Math.min(at + 8192, pointer + length)));
  }
  return text;
}

/** The (tagged) length of what `storeString` stored last: a second result without an object for it. */
let storedLength = 0;

/** Allocates and writes a string; returns its pointer and leaves its length in `storedLength`. */
function storeString(context: LiftLowerContext, value: unknown): number {
  if (typeof value !== 'string') throw new TypeError(`expected a string, not ${describe(value)}`);
  switch (context.encoding) {
    case 'utf8':
      return storeUtf8(context, value);
    case 'utf16':
      return storeUtf16(context, value, 0);
    case 'latin1-utf16':
      return isLatin1(value) ? storeLatin1(context, value) : storeUtf16(context, value, UTF16_TAG);
  }
}

function storeUtf8(context: LiftLowerContext, text: string): number {
  const length = utf8Length(text);
  const pointer = allocate(context, 1, length);
  const { bytes } = context.memory;
  if (length === text.length && length <= SHORT) {
    for (let at = 0; at < length; at++) bytes[pointer + at] = text.charCodeAt(at);
  } else {
    utf8Encoder.encodeInto(text, bytes.subarray(pointer, pointer + length));
  }
  storedLength = length;
  return pointer;
}

/** Returns the bytes of a string in UTF-8; a surrogate without its other half becomes U+FFFD. */
function utf8Length(text: string): number {
  if (text.length > SHORT) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return Buffer.byteLength(text);
  return text.length;
}

function storeUtf16(context: LiftLowerContext, text: string, tag: number): number {
  const wellFormed = text.toWellFormed();
  const pointer = allocate(context, 2, 2 * wellFormed.length);
  const { view } = context.memory;
  for (let at = 0; at < wellFormed.length; at++) view.setUint16(pointer + 2 * at, wellFormed.charCodeAt(at), true);
  storedLength = wellFormed.length + tag;
  return pointer;
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

function storeLatin1(context: LiftLowerContext, text: string): number {
  const pointer = allocate(context, 2, text.length);
  const { bytes } = context.memory;
  for (let at = 0; at < text.length; at++) bytes[pointer + at] = text.charCodeAt(at);
  storedLength = text.length;
  return pointer;
}

function allocate(context: LiftLowerContext, alignment: number, length: number): number {
  if (length > MAX_STRING_BYTE_LENGTH) throw new Trap(`string of ${length} bytes is too long`);
  return context.realloc(0, 0, alignment, length);
}
