// Field lines of HTTP/1.1, of heads and of trailers (RFC 9112 section 5): one rule for both, stricter than the grammar has to be
// wherever two readers might understand different things.

import { isHopByHop } from '../../wasi/http/fields.ts';
import { Refusal } from './refusal.ts';
import { isSpinHeader } from './spin-headers.ts';

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What no head and no trailer may have: control characters, and line ends that are only half of one. */
const FORBIDDEN = /[^\t\r\n\x20-\x7e\x80-\xff]|(?:^|[^\r])\n|\r(?!\n|$)/;

/** What a field's name means to the server. */
export type FieldName = {
  readonly lower: string;
  /** Whether the app may see the field: not those of the connection, not those only the host may set. */
  readonly isShown: boolean;
};

/** Names seen before. Names come from clients, so only so many are kept. */
const known = new Map<string, FieldName>();
const MAX_KNOWN = 512;
const MAX_KNOWN_LENGTH = 64;

/** Throws a `Refusal` for text that no part of a message may contain. A carriage return at the very end may be half a line end. */
export function checkText(text: string): void {
  if (FORBIDDEN.test(text)) throw new Refusal(400, 'a control character or half a line end');
}

/**
 * Reads the lines of `text` from `start` and calls `onField` with each field. The text has passed `checkText`; its last line has no end.
 * Throws a `Refusal` for lines that are none, among them folded ones and names followed by a space.
 */
export function readFieldLines(text: string, start: number, onField: (name: FieldName, value: string) => void): void {
  for (let at = start; at < text.length; ) {
    const end = text.indexOf('\r\n', at);
    const lineEnd = end === -1 ? text.length : end;
    const colon = text.indexOf(':', at);
    if (colon === -1 || colon > lineEnd) throw new Refusal(400, 'a line without a colon');
    onField(fieldNameOf(text.slice(at, colon)), sliceValue(text, colon + 1, lineEnd));
    at = lineEnd + 2;
  }
}

/** Returns a value without the white space around it. */
function sliceValue(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function fieldNameOf(text: string): FieldName {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (!TOKEN.test(text)) throw new Refusal(400, 'a field name that is none');
  const lower = text.toLowerCase();
  const name: FieldName = { lower, isShown: !isHopByHop(lower) && !isSpinHeader(lower) };
  if (known.size < MAX_KNOWN && text.length <= MAX_KNOWN_LENGTH) known.set(text, name);
  return name;
}
