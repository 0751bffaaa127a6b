// wasi:http/types.fields@0.2: headers and trailers. Names are kept in lower case, values as latin1 strings, in order, with
// duplicates, in one flat list (name, value, name, value …) as node:http takes and gives it.

import { decodeLatin1, encodeLatin1 } from '../latin1.ts';
import { hasField, pairsOf, valuesOf } from './field-list.ts';

/** `wasi:http/types.header-error`. */
type HeaderError = { readonly tag: 'invalid-syntax' | 'forbidden' | 'immutable' };

const INVALID_SYNTAX: HeaderError = Object.freeze({ tag: 'invalid-syntax' });
const FORBIDDEN: HeaderError = Object.freeze({ tag: 'forbidden' });
const IMMUTABLE: HeaderError = Object.freeze({ tag: 'immutable' });

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.5, on latin1. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Fields of one connection: the host's business, neither shown to a guest nor taken from it. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** The resource `fields`. */
export class Fields {
  readonly #list: string[];
  readonly #isImmutable: boolean;

  /** The guest's constructor takes nothing; the host hands in the flat list, names in lower case. */
  constructor(list: string[] = [], isImmutable = false) {
    this.#list = list;
    this.#isImmutable = isImmutable;
  }

  static fromList(entries: readonly (readonly [string, Uint8Array])[]): Fields {
    const fields = new Fields();
    for (const [name, value] of entries) fields.append(name, value);
    return fields;
  }

  get(name: string): Uint8Array[] {
    return this.values(name.toLowerCase()).map(encodeLatin1);
  }

  has(name: string): boolean {
    return hasField(this.#list, name.toLowerCase());
  }

  set(name: string, values: readonly Uint8Array[]): void {
    const field = this.#writableName(name);
    const texts = values.map(checkedValue);
    this.#remove(field);
    for (const text of texts) this.#list.push(field, text);
  }

  delete(name: string): void {
    this.#remove(this.#writableName(name));
  }

  append(name: string, value: Uint8Array): void {
    const field = this.#writableName(name);
    this.#list.push(field, checkedValue(value));
  }

  entries(): [string, Uint8Array][] {
    return pairsOf(this.#list).map(([name, value]) => [name, encodeLatin1(value)]);
  }

  clone(): Fields {
    return new Fields([...this.#list]);
  }

  /** Returns the same fields as a child that refuses changes. */
  freeze(): Fields {
    return new Fields(this.#list, true);
  }

  /** Returns the flat list itself, for the wire. */
  raw(): string[] {
    return this.#list;
  }

  /** Returns the values of the field `name`, given in lower case. */
  values(name: string): string[] {
    return valuesOf(this.#list, name);
  }

  #writableName(name: string): string {
    if (this.#isImmutable) throw IMMUTABLE;
    return knownNames.get(name) ?? checkedName(name);
  }

  #remove(field: string): void {
    let kept = 0;
    for (let index = 0; index < this.#list.length; index += 2) {
      if (this.#list[index] === field) continue;
      this.#list[kept++] = this.#list[index] as string;
      this.#list[kept++] = this.#list[index + 1] as string;
    }
    this.#list.length = kept;
  }
}

/** Names that guests may write, in lower case, by what they wrote. Guests make names up, so only so many are kept. */
const knownNames = new Map<string, string>();
const MAX_KNOWN = 512;
const MAX_KNOWN_LENGTH = 64;

function checkedName(name: string): string {
  if (!TOKEN.test(name)) throw INVALID_SYNTAX;
  const field = name.toLowerCase();
  if (HOP_BY_HOP.has(field)) throw FORBIDDEN;
  if (knownNames.size < MAX_KNOWN && name.length <= MAX_KNOWN_LENGTH) knownNames.set(name, field);
  return field;
}

function checkedValue(value: Uint8Array): string {
  const text = decodeLatin1(value);
  if (!FIELD_VALUE.test(text)) throw INVALID_SYNTAX;
  return text;
}

/** Tells whether a field, given in lower case, belongs to one connection and not to the message. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

/** Creates immutable fields from `rawHeaders` or `rawTrailers` of node:http, without those of the connection. */
export function createIncomingFields(raw: readonly string[]): Fields {
  const list: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    if (!HOP_BY_HOP.has(name)) list.push(name, raw[index + 1] as string);
  }
  return new Fields(list, true);
}
