// Reads tables that say in `type` what else is in them, as most of a runtime configuration does.

import type { TableReader } from '../../../guest-runtime/manifest/reader.ts';

/** Readers of a table's other fields, by its type. */
export type Kinds<T> = Readonly<Record<string, (table: TableReader) => T>>;

/** Reads a table by its type. One that is not known is noted, and so is every field that its type does not have. */
export function readKind<T>(table: TableReader, what: string, kinds: Kinds<T>): T | undefined {
  const known = Object.keys(kinds).join(', ');
  table.required('type', `add \`type\`: one of ${known}`);
  const type = table.string('type');
  if (!type) return undefined;
  const read = Object.hasOwn(kinds, type.value) ? kinds[type.value] : undefined;
  if (!read) {
    table.diagnostics.error(type, `unknown ${what} type ${JSON.stringify(type.value)}`, `use one of: ${known}`);
    return undefined;
  }
  const value = read(table);
  table.finish();
  return value;
}

/** Reads a text that must be there; the empty one stands for what is missing or malformed, which is noted. */
export function requireText(table: TableReader, name: string): string {
  table.required(name);
  return table.string(name)?.value ?? '';
}

/** Reads a URL of HTTP, without a trailing slash. */
export function requireUrl(table: TableReader, name: string): string {
  const text = requireText(table, name);
  if (text !== '' && !/^https?:\/\/[^/?#]+/.test(text)) {
    table.diagnostics.error(table.place(name), `${JSON.stringify(text)} is not a URL`, 'start it with `https://`');
  }
  return text.replace(/\/+$/, '');
}

/** Checks fields that nothing reads: some must be there, some may, and some may be true or false. */
export function checkFields(
  table: TableReader,
  fields: {
    readonly required?: readonly string[];
    readonly optional?: readonly string[];
    readonly flags?: readonly string[];
  },
): void {
  for (const name of fields.required ?? []) requireText(table, name);
  for (const name of fields.optional ?? []) table.string(name);
  for (const name of fields.flags ?? []) table.boolean(name);
}
