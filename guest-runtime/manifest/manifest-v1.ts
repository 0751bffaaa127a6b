// Reads a Spin manifest of version 1, which has one kind of trigger and lists its components, each with its trigger
// (https://github.com/spinframework/spin/blob/main/crates/manifest/src/schema/v1.rs), into the values of a later one.

import { checkComponentId, readAppVariables } from './app-level.ts';
import { checkBuild, type ManifestComponent, readFiles, readVariables } from './component.ts';
import type { Located } from './diagnostics.ts';
import { isKebabName } from './identifier.ts';
import type { Manifest, ManifestTrigger } from './manifest.ts';
import type { TableReader } from './reader.ts';
import { readSource } from './source.ts';
import type { TomlValue } from './toml.ts';

/** What a component may reach that has no `allowed_outbound_hosts`: databases needed no permission then. */
export const DATABASES: readonly string[] = ['redis://*:*', 'mysql://*:*', 'postgres://*:*'];

/** Reads a manifest whose version has been read. */
export function readManifestV1(root: TableReader): Manifest {
  root.required('name');
  root.required('trigger', 'add `trigger = { type = "http" }`');
  const settings = root.child('trigger');
  settings?.required('type', 'add `type = "http"`');
  const type = settings?.string('type')?.value;
  const read = root.items('component').flatMap((item) => readComponent(root, item, type) ?? []);
  const manifest = {
    name: root.string('name')?.value ?? '',
    version: root.string('version')?.value ?? '',
    description: root.string('description')?.value ?? '',
    triggerSettings: new Map(settings && type !== undefined ? [[type, settings]] : []),
    variables: readAppVariables(root),
    triggers: read.flatMap(({ trigger }) => trigger ?? []),
    components: read.map(({ component }) => component),
  };
  root.strings('authors');
  root.ignore('namespace');
  root.finish();
  return manifest;
}

type ComponentAndTrigger = { readonly component: ManifestComponent; readonly trigger: ManifestTrigger | undefined };

function readComponent(root: TableReader, item: TomlValue, type: string | undefined): ComponentAndTrigger | undefined {
  const table = root.open(item);
  if (!table) return undefined;
  table.required('id');
  const id = readId(table);
  const hosts = table.strings('allowed_outbound_hosts');
  const databases = table.has('allowed_outbound_hosts') ? [] : DATABASES;
  const texts = (name: string) => table.strings(name).map(({ value }) => value);
  const component: ManifestComponent = {
    id,
    source: readSource(table),
    description: table.string('description')?.value ?? '',
    dependencies: [],
    variables: readVariables(table, 'config'),
    environment: table.stringMap('environment'),
    files: readFiles(table),
    assets: [],
    allowedOutboundHosts: [...hosts, ...databases.map((value) => ({ ...id, value }))],
    allowedHttpHosts: table.strings('allowed_http_hosts'),
    keyValueStores: texts('key_value_stores'),
    sqliteDatabases: texts('sqlite_databases'),
    aiModels: texts('ai_models'),
  };
  checkBuild(table.child('build'), true);
  table.required('trigger', 'add `[component.trigger]`');
  const settings = table.child('trigger');
  table.finish();
  if (!settings || type === undefined) return { component, trigger: undefined };
  const { field, at } = settings.table;
  const triggerId = { ...id, value: `trigger-${id.value}` };
  return { component, trigger: { field, at, type, id: triggerId, component: { reference: id }, settings } };
}

/** Writes an id of version 1 as one of version 2 is written. */
export function toKebabId(id: string): string {
  return isKebabName(id) ? id : id.replaceAll('_', '-').toLowerCase();
}

/** Reads an id. One that is not in kebab case, which there was no need for, is written so, where only `_` and capitals stand against it. */
function readId(table: TableReader): Located<string> {
  const id = table.string('id') ?? { ...table.table, value: '' };
  const value = toKebabId(id.value);
  if (id.value === '' || isKebabName(id.value)) return id;
  if (!isKebabName(value)) {
    checkComponentId(table.diagnostics, id);
    return id;
  }
  const message = `component id ${JSON.stringify(id.value)} is taken as \`${value}\``;
  table.diagnostics.warning(id, message, 'use words of letters and digits, all lower or all upper case, joined by `-`');
  return { ...id, value };
}
