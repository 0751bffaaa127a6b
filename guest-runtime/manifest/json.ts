// Turns JSON text (RFC 8259) into the same values that TOML gives, which know where they stand, so that a locked app is read by the
// reader of manifests. A null counts as absent, which is what it means in a locked app.

import type { Diagnostics, Position } from './diagnostics.ts';
import { formatField, type Table, type TomlEntry, type TomlValue } from './toml.ts';

/** Deeper than any locked app, and far from the end of the stack. */
const MAX_DEPTH = 100;

class JsonError extends Error {}

/** Parses a JSON document whose value is an object. Anything else is noted in `diagnostics` and gives null. */
export function parseJsonTable(text: string, diagnostics: Diagnostics): Table | null {
  const parser = new Parser(text);
  try {
    const value = parser.parseDocument();
    if (value?.type === 'table') return value;
    diagnostics.error({ field: '', at: { line: 1, column: 1 } }, 'expected a JSON object');
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    diagnostics.error({ field: '', at: parser.position() }, `not valid JSON: ${error.message}`);
  }
  return null;
}

class Parser {
  readonly #text: string;
  #offset = 0;
  /** Line and column of an offset that was asked for before: places come in order. */
  #known = { offset: 0, line: 1, lineStart: 0 };

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the next character stands. */
  position(): Position {
    const { offset } = this.#known;
    let { line, lineStart } = this.#known;
    for (
      let at = this.#text.indexOf('\n', offset);
      at >= 0 && at < this.#offset;
      at = this.#text.indexOf('\n', at + 1)
    ) {
      line++;
      lineStart = at + 1;
    }
    this.#known = { offset: this.#offset, line, lineStart };
    return { line, column: this.#offset - lineStart + 1 };
  }

  parseDocument(): TomlValue | null {
    const value = this.#parseValue('', 0);
    this.#skipSpace();
    if (this.#offset < this.#text.length) throw new JsonError('something follows the value');
    return value;
  }

  #parseValue(field: string, depth: number): TomlValue | null {
    if (depth > MAX_DEPTH) throw new JsonError('nested too deep');
    this.#skipSpace();
    const place = { field, at: this.position() };
    switch (this.#text[this.#offset]) {
      case '{':
        return { type: 'table', ...place, entries: this.#parseEntries(field, depth) };
      case '[':
        return { type: 'array', ...place, items: this.#parseItems(field, depth) };
      case '"':
        return { type: 'string', ...place, value: this.#parseString() };
      default: {
        const token = this.#match(/[-+.\w]+/y) ?? '';
        if (token === 'null') return null;
        if (token === 'true' || token === 'false') return { type: 'boolean', ...place, value: token === 'true' };
        if (/^-?(0|[1-9]\d*)$/.test(token)) return { type: 'integer', ...place, value: BigInt(token) };
        if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(token)) {
          return { type: 'float', ...place, value: Number(token) };
        }
        throw new JsonError('expected a value');
      }
    }
  }

  #parseEntries(field: string, depth: number): Map<string, TomlEntry> {
    const entries = new Map<string, TomlEntry>();
    this.#parseList('{', '}', () => {
      const at = this.position();
      const name = this.#parseString();
      const key = { field: formatField(field, name), at };
      this.#skipSpace();
      this.#expect(':');
      const value = this.#parseValue(key.field, depth + 1);
      if (value) entries.set(name, { key, value });
    });
    return entries;
  }

  #parseItems(field: string, depth: number): TomlValue[] {
    const items: TomlValue[] = [];
    this.#parseList('[', ']', () => {
      const value = this.#parseValue(`${field}[${items.length}]`, depth + 1);
      if (!value) throw new JsonError('null in an array');
      items.push(value);
    });
    return items;
  }

  #parseList(open: string, close: string, parseOne: () => void): void {
    this.#expect(open);
    this.#skipSpace();
    for (let isFirst = true; this.#text[this.#offset] !== close; isFirst = false) {
      if (!isFirst) this.#expect(',');
      this.#skipSpace();
      parseOne();
      this.#skipSpace();
    }
    this.#offset++;
  }

  #parseString(): string {
    const token = this.#match(/"(?:[^"\\]|\\.)*"/y);
    if (token === null) throw new JsonError('expected a string');
    try {
      return JSON.parse(token) as string;
    } catch {
      this.#offset -= token.length;
      throw new JsonError('malformed string');
    }
  }

  #skipSpace(): void {
    this.#match(/[ \t\r\n]*/y);
  }

  #expect(character: string): void {
    if (this.#text[this.#offset] !== character) throw new JsonError(`expected \`${character}\``);
    this.#offset++;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#offset;
    const [found] = pattern.exec(this.#text) ?? [null];
    this.#offset += found?.length ?? 0;
    return found;
  }
}
