// Turns TOML text into values that know where they stand (https://toml.io/en/v1.0.0). The parser checks the grammar and finds
// keys that are defined twice; this file merges its tables into one tree. It leaves the meaning of fields to the readers.

import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import type { Diagnostics, Place, Position } from './diagnostics.ts';

/** A TOML value with its place. Dates are kept as text, because no field of a manifest is a date. */
export type TomlValue = Place & (TomlScalar | TomlArray | TomlTable);
type TomlScalar =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'date'; readonly value: string };
type TomlArray = { readonly type: 'array'; readonly items: TomlValue[] };
type TomlTable = { readonly type: 'table'; readonly entries: Map<string, TomlEntry> };

/** A key of a table, where the key itself stands, and its value. */
export type TomlEntry = { readonly key: Place; readonly value: TomlValue };

/** A table with its place. */
export type Table = Place & TomlTable;

/** Parses a TOML document. A syntax error is noted in `diagnostics` and gives null. */
export function parseToml(text: string, diagnostics: Diagnostics): Table | null {
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text, { tomlVersion: '1.0' });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const at = { line: error.lineNumber, column: error.column + 1 };
    diagnostics.error({ field: '', at }, `not valid TOML: ${error.message.toLowerCase()}`);
    return null;
  }
  const root: Table = createTable('', { line: 1, column: 1 });
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLKeyValue') assign(root, node);
    else fillTable(root, node);
  }
  return root;
}

/** Appends a key to a dotted path; a key that is not bare is quoted, as TOML would. */
export function formatField(path: string, key: string): string {
  const part = /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? part : `${path}.${part}`;
}

function createTable(field: string, at: Position): Table {
  return { type: 'table', field, at, entries: new Map() };
}

function positionOf(node: AST.HasLocs): Position {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 };
}

function fillTable(root: Table, node: AST.TOMLTable): void {
  const keys = node.key.keys;
  const parent = descend(root, keys.slice(0, -1));
  const last = keys.at(-1);
  if (!last) return;
  const table = node.kind === 'array' ? appendTable(parent, last) : descend(parent, [last]);
  for (const body of node.body) assign(table, body);
}

function assign(table: Table, node: AST.TOMLKeyValue): void {
  const keys = node.key.keys;
  const last = keys.at(-1);
  if (!last) return;
  const parent = descend(table, keys.slice(0, -1));
  const name = nameOf(last);
  const field = formatField(parent.field, name);
  parent.entries.set(name, { key: { field, at: positionOf(last) }, value: convert(node.value, field) });
}

/** Follows keys from a table, making the tables that are not there; an array of tables is entered at its last item. */
function descend(table: Table, keys: readonly (AST.TOMLBare | AST.TOMLQuoted)[]): Table {
  let current = table;
  for (const key of keys) {
    const name = nameOf(key);
    const found = current.entries.get(name)?.value;
    const target = found?.type === 'array' ? found.items.at(-1) : found;
    if (target?.type === 'table') {
      current = target;
      continue;
    }
    const created = createTable(formatField(current.field, name), positionOf(key));
    current.entries.set(name, { key: created, value: created });
    current = created;
  }
  return current;
}

function appendTable(parent: Table, key: AST.TOMLBare | AST.TOMLQuoted): Table {
  const name = nameOf(key);
  const field = formatField(parent.field, name);
  const place = { field, at: positionOf(key) };
  const entry = parent.entries.get(name) ?? { key: place, value: { type: 'array', items: [], ...place } };
  parent.entries.set(name, entry);
  const items = entry.value.type === 'array' ? entry.value.items : [];
  const table = createTable(`${field}[${items.length}]`, place.at);
  items.push(table);
  return table;
}

function convert(node: AST.TOMLContentNode, field: string): TomlValue {
  const place = { field, at: positionOf(node) };
  if (node.type === 'TOMLArray') {
    return { type: 'array', ...place, items: node.elements.map((item, index) => convert(item, `${field}[${index}]`)) };
  }
  if (node.type === 'TOMLInlineTable') {
    const table = createTable(field, place.at);
    for (const entry of node.body) assign(table, entry);
    return table;
  }
  switch (node.kind) {
    case 'string':
      return { type: 'string', value: node.value, ...place };
    case 'boolean':
      return { type: 'boolean', value: node.value, ...place };
    case 'integer':
      return { type: 'integer', value: node.bigint, ...place };
    case 'float':
      return { type: 'float', value: node.value, ...place };
    default:
      return { type: 'date', value: node.datetime, ...place };
  }
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}
