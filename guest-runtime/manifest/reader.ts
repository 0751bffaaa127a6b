// Reads the fields of a TOML table one by one and notes what is missing, misplaced or of the wrong type. A field that nobody
// asked for is unknown, and `finish` refuses it: Spin denies unknown fields, so that a typing mistake is not silently ignored.

import type { Severity } from '../../host/gen/runtime.ts';
import type { Diagnostics, Located, Place } from './diagnostics.ts';
import type { Table, TomlEntry, TomlValue } from './toml.ts';

type Scalars = { string: string; boolean: boolean; integer: bigint };

const DESCRIPTIONS = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'an integer',
  float: 'a number',
  date: 'a date',
  array: 'an array',
  table: 'a table',
} as const satisfies Record<TomlValue['type'], string>;

/** How to write what is wanted, in TOML and in JSON. */
const WAYS = {
  string: 'write a text in quotes',
  boolean: 'write `true` or `false`, without quotes',
  integer: 'write a whole number, without quotes',
  array: 'write a list in brackets, or put its name in two of them over each table',
  table: 'write a table in braces, or under a heading of its own',
} as const;

/** Reads one table. Every method asks for one field; call `finish` when all fields were asked for. */
export class TableReader {
  readonly diagnostics: Diagnostics;
  readonly table: Table;
  readonly #asked = new Set<string>();

  constructor(table: Table, diagnostics: Diagnostics) {
    this.table = table;
    this.diagnostics = diagnostics;
  }

  /** The place of a field that may be absent: then that of the table. */
  place(name: string): Place {
    return this.table.entries.get(name)?.value ?? this.table;
  }

  /** Whether the field is there, of whatever type. */
  has(name: string): boolean {
    return this.table.entries.has(name);
  }

  /** The raw value of a field. */
  value(name: string): TomlValue | undefined {
    this.#asked.add(name);
    return this.table.entries.get(name)?.value;
  }

  /** The raw value of a field that must be there. */
  required(name: string, fix?: string): TomlValue | undefined {
    const value = this.value(name);
    if (!value) this.diagnostics.error(this.table, `missing field \`${name}\``, fix ?? `add \`${name}\``);
    return value;
  }

  string(name: string): Located<string> | undefined {
    return this.scalar(this.value(name), 'string');
  }

  boolean(name: string): Located<boolean> | undefined {
    return this.scalar(this.value(name), 'boolean');
  }

  integer(name: string): Located<bigint> | undefined {
    return this.scalar(this.value(name), 'integer');
  }

  /** A whole number from 0 on; another is noted. */
  count(name: string): number | undefined {
    const found = this.integer(name);
    if (!found || (found.value >= 0n && found.value <= Number.MAX_SAFE_INTEGER)) return found && Number(found.value);
    this.diagnostics.error(found, `${found.value} is not a count`, 'write a number from 0 on');
    return undefined;
  }

  /** A list of strings; absent gives an empty one. */
  strings(name: string): Located<string>[] {
    return this.items(name).flatMap((item) => this.scalar(item, 'string') ?? []);
  }

  /** A table of strings, such as `environment`, in the order of the file. */
  stringMap(name: string): Map<string, { readonly key: Place; readonly value: Located<string> }> {
    const map = new Map<string, { key: Place; value: Located<string> }>();
    for (const [key, entry] of this.entries(name)) {
      const value = this.scalar(entry.value, 'string');
      if (value) map.set(key, { key: entry.key, value });
    }
    return map;
  }

  /** The items of an array; absent gives none. */
  items(name: string): readonly TomlValue[] {
    const value = this.value(name);
    if (!value) return [];
    if (value.type === 'array') return value.items;
    this.#mismatch(value, 'array');
    return [];
  }

  /** The entries of a table in the order of the file; absent gives none. */
  entries(name: string): Map<string, TomlEntry> {
    const value = this.value(name);
    return (value && this.tableOf(value)?.entries) ?? new Map();
  }

  /** A reader of a table within this one. */
  child(name: string): TableReader | undefined {
    const value = this.value(name);
    return value && this.open(value);
  }

  /** A reader of any value that should be a table. */
  open(value: TomlValue): TableReader | undefined {
    const table = this.tableOf(value);
    return table && new TableReader(table, this.diagnostics);
  }

  /** Narrows a value to a table, or notes that it is none. */
  tableOf(value: TomlValue): Table | undefined {
    if (value.type === 'table') return value;
    this.#mismatch(value, 'table');
    return undefined;
  }

  /** Narrows a value to a scalar, or notes that it is none. */
  scalar<T extends keyof Scalars>(value: TomlValue | undefined, type: T): Located<Scalars[T]> | undefined {
    if (!value) return undefined;
    if (value.type === type) return value as unknown as Located<Scalars[T]>;
    this.#mismatch(value, type);
    return undefined;
  }

  /** Marks fields as known without reading them. */
  ignore(...names: string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  /** Notes every field that was never asked for: an error, or a warning where Spin takes any field. */
  finish(severity: Severity = 'error'): void {
    for (const [name, { key }] of this.table.entries) {
      if (this.#asked.has(name)) continue;
      const known = [...this.#asked].sort();
      const near = known.find((candidate) => isNear(name, candidate));
      const fix = near ? `did you mean \`${near}\`?` : `remove it; known here: ${known.join(', ')}`;
      this.diagnostics[severity](key, `unknown field \`${name}\``, fix);
    }
  }

  #mismatch(value: TomlValue, wanted: keyof typeof WAYS): void {
    const message = `expected ${DESCRIPTIONS[wanted]}, found ${DESCRIPTIONS[value.type]}`;
    this.diagnostics.error(value, message, WAYS[wanted]);
  }
}

/** Whether two field names differ by at most two insertions, deletions or replacements, or by one where they are short. */
function isNear(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length);
  if (Math.abs(a.length - b.length) > 2 || length < 3) return false;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return (row[b.length] ?? 3) <= (length < 5 ? 1 : 2);
}
