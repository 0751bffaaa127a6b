// The head of an HTTP/1.1 request, from text to values (RFC 9112 sections 2 to 7): strict, so that whatever stands before this server
// cannot have understood it otherwise. Text is one character for each byte.

import { checkText, type FieldName, readFieldLines, TOKEN } from './field-line.ts';
import { Refusal } from './refusal.ts';
import { isInternalHost } from './request-target.ts';

/** How a request's body ends. */
export type BodyFraming = { readonly tag: 'length'; readonly val: number } | { readonly tag: 'chunked' };

/** What a request's head says. */
export type RequestHead = {
  readonly method: string;
  readonly target: string;
  /** HTTP/1.0 or HTTP/1.1. */
  readonly minorVersion: 0 | 1;
  /** Flat list of names in lower case and values, in order, without those of the connection and those only the host may set. */
  readonly headers: string[];
  /** The Host header; one that claims to be of an app's own component is none, and no guest sees it. */
  readonly host: string | undefined;
  /** Nothing when there is no body. */
  readonly framing: BodyFraming | undefined;
  /** The client would send another request on this connection. */
  readonly keepsAlive: boolean;
  /** The client waits for a `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
};

/** The longest target, in bytes; the same as in Spin. */
const TARGET_LIMIT_BYTES = 65_534;

const TARGET = /^[\x21-\x7e\x80-\xff]+$/;
const VERSION = /^HTTP\/\d\.\d$/;

/** Seventeen digits may be more than a number holds. */
const LENGTH = /^\d{1,15}$/;

/** Parses a head, without the empty line that ends it. Throws a `Refusal`. */
export function parseRequestHead(text: string): RequestHead {
  checkText(text);
  const firstEnd = text.indexOf('\r\n');
  const lineEnd = firstEnd === -1 ? text.length : firstEnd;
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.indexOf(' ', methodEnd + 1);
  if (methodEnd === -1 || targetEnd === -1 || targetEnd > lineEnd) throw new Refusal(400, 'no request line');
  const method = text.slice(0, methodEnd);
  const target = text.slice(methodEnd + 1, targetEnd);
  const minorVersion = parseVersion(text.slice(targetEnd + 1, lineEnd));
  if (method !== 'GET' && method !== 'POST' && !TOKEN.test(method)) throw new Refusal(400, 'a method that is none');
  if (target.length > TARGET_LIMIT_BYTES) throw new Refusal(414, 'a target that is too long');
  if (!TARGET.test(target)) throw new Refusal(400, 'a target that is none');
  const fields = new HeadFields();
  readFieldLines(text, lineEnd + 2, (name, value) => fields.take(name, value));
  const framing = fields.framing(minorVersion);
  return {
    method,
    target,
    minorVersion,
    headers: fields.headers,
    host: fields.host,
    framing,
    keepsAlive: minorVersion === 1 ? !fields.saysClose : fields.saysKeepAlive && !fields.saysClose,
    expectsContinue: minorVersion === 1 && framing !== undefined && fields.expectsContinue,
  };
}

function parseVersion(version: string): 0 | 1 {
  if (version === 'HTTP/1.1') return 1;
  if (version === 'HTTP/1.0') return 0;
  throw VERSION.test(version) ? new Refusal(505, `version ${version}`) : new Refusal(400, 'no version');
}

/** Collects what the fields say. */
class HeadFields {
  readonly headers: string[] = [];
  host: string | undefined;
  saysClose = false;
  saysKeepAlive = false;
  expectsContinue = false;
  #hasHost = false;
  #length: string | undefined;
  #codings: string | undefined;

  take({ lower, isShown }: FieldName, value: string): void {
    switch (lower) {
      case 'host':
        if (this.#hasHost) throw new Refusal(400, 'two Host headers');
        this.#hasHost = true;
        if (isInternalHost(value)) return;
        this.host = value;
        break;
      case 'content-length':
        if (!LENGTH.test(value)) throw new Refusal(400, 'a Content-Length that is no number');
        if (this.#length !== undefined && this.#length !== value) throw new Refusal(400, 'two Content-Lengths');
        this.#length = value;
        break;
      case 'transfer-encoding':
        this.#codings = this.#codings === undefined ? value : `${this.#codings},${value}`;
        break;
      case 'connection':
        this.#takeOptions(value.toLowerCase());
        break;
      case 'expect':
        this.expectsContinue ||= value.toLowerCase() === '100-continue';
    }
    if (isShown) this.headers.push(lower, value);
  }

  /** https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
  framing(minorVersion: 0 | 1): BodyFraming | undefined {
    if (this.#codings === undefined) {
      const val = Number(this.#length ?? 0);
      return val === 0 ? undefined : { tag: 'length', val };
    }
    if (minorVersion === 0) throw new Refusal(400, 'a Transfer-Encoding in HTTP/1.0');
    if (this.#length !== undefined) throw new Refusal(400, 'a Transfer-Encoding and a Content-Length');
    const codings = this.#codings.toLowerCase().split(/[ \t]*,[ \t]*/);
    if (codings.indexOf('chunked') !== codings.length - 1) throw new Refusal(400, 'chunked not once and last');
    if (codings.length > 1) throw new Refusal(501, 'a Transfer-Encoding other than chunked');
    return { tag: 'chunked' };
  }

  #takeOptions(value: string): void {
    for (const option of value.split(',')) {
      const name = option.trim();
      if (name === 'close') this.saysClose = true;
      else if (name === 'keep-alive') this.saysKeepAlive = true;
    }
  }
}
