// Reads one component's table of a manifest, `[component.<id>]` or one written out in a trigger.

import type { Asset, ComponentSource } from '../../host/gen/runtime.ts';
import { checkTargets, checkTools } from './app-level.ts';
import { type ManifestDependency, readDependencies } from './dependency.ts';
import type { Located, Place } from './diagnostics.ts';
import { isLowerSnakeName, isStoreLabel, suggestLowerSnakeName } from './identifier.ts';
import type { TableReader } from './reader.ts';
import { readSource } from './source.ts';
import type { TomlValue } from './toml.ts';

/** A component as the manifest has it. */
export type ManifestComponent = {
  /** The empty string for a component that is written out in a trigger. */
  readonly id: Located<string>;
  /** Undefined when it is missing or malformed, which is already noted. */
  readonly source: Located<ComponentSource> | undefined;
  readonly description: string;
  readonly dependencies: readonly ManifestDependency[];
  readonly variables: ReadonlyMap<string, { readonly key: Place; readonly value: Located<string> }>;
  readonly environment: ReadonlyMap<string, { readonly value: Located<string> }>;
  readonly files: readonly Located<ManifestFiles>[];
  /** Single files out of the image's layers: only a locked app has any. */
  readonly assets: readonly Asset[];
  readonly allowedOutboundHosts: readonly Located<string>[];
  readonly allowedHttpHosts: readonly Located<string>[];
  readonly keyValueStores: readonly string[];
  readonly sqliteDatabases: readonly string[];
  readonly aiModels: readonly string[];
};

/** An entry of `files`. A pattern has no destination. */
export type ManifestFiles = { readonly source: string; readonly destination: string | undefined };

/** Reads a component's table; `id` is its key. */
export function readComponent(table: TableReader, id: Located<string>): ManifestComponent {
  const component: ManifestComponent = {
    id,
    source: readSource(table),
    description: table.string('description')?.value ?? '',
    dependencies: readDependencies(table, table.boolean('dependencies_inherit_configuration')),
    variables: readVariables(table, 'variables'),
    environment: table.stringMap('environment'),
    files: readFiles(table),
    assets: [],
    allowedOutboundHosts: table.strings('allowed_outbound_hosts'),
    allowedHttpHosts: table.strings('allowed_http_hosts'),
    keyValueStores: readLabels(table, 'key_value_stores'),
    sqliteDatabases: readLabels(table, 'sqlite_databases'),
    aiModels: table.strings('ai_models').map(({ value }) => value),
  };
  checkBuildFields(table);
  table.finish();
  return component;
}

/** Reads a table of variables of the component; `name` is the table's. */
export function readVariables(table: TableReader, name: string): ManifestComponent['variables'] {
  const variables = table.stringMap(name);
  for (const [name, { key }] of variables) {
    if (isLowerSnakeName(name)) continue;
    const suggestion = suggestLowerSnakeName(name);
    const fix = suggestion === '' ? undefined : `rename it to \`${suggestion}\``;
    table.diagnostics.error(key, `variable name ${JSON.stringify(name)} is not in lower snake case`, fix);
  }
  return variables;
}

/** Reads `files`, and refuses `exclude_files`: an image's files are mounted as they are, so nothing can be left out of a directory. */
export function readFiles(table: TableReader): Located<ManifestFiles>[] {
  if (table.strings('exclude_files').length > 0) {
    const fix = 'remove `exclude_files`, and leave the files out of the image';
    table.diagnostics.error(table.place('exclude_files'), '`exclude_files` cannot be used in an image', fix);
  }
  return table.items('files').flatMap((item) => readMount(table, item));
}

function readMount(table: TableReader, item: TomlValue): Located<ManifestFiles>[] {
  if (item.type === 'string') return [{ ...item, value: { source: item.value, destination: undefined } }];
  const mount = table.open(item);
  if (!mount) return [];
  mount.required('source');
  mount.required('destination');
  const source = mount.string('source');
  const destination = mount.string('destination');
  mount.finish();
  if (!source || !destination) return [];
  return [{ ...item, value: { source: source.value, destination: destination.value } }];
}

function readLabels(table: TableReader, name: string): string[] {
  return table.strings(name).flatMap((label) => {
    if (isStoreLabel(label.value)) return label.value;
    const message = `label ${JSON.stringify(label.value)}: expected kebab-case or snake_case`;
    table.diagnostics.error(label, message, 'use letters, digits and single `-` or `_`, starting with a letter');
    return [];
  });
}

/** Checks the fields that matter only where the app is built: they are known, and ignored. */
function checkBuildFields(table: TableReader): void {
  checkTargets(table);
  checkTools(table);
  checkBuild(table.child('build'), true);
  for (const { value } of table.entries('profile').values()) {
    const profile = table.open(value);
    if (!profile) continue;
    if (profile.has('source')) readSource(profile);
    readDependencies(profile, undefined);
    profile.stringMap('environment');
    checkBuild(profile.child('build'), false);
    profile.finish();
  }
}

/** Checks a table of build commands; a profile's has no more than these. */
export function checkBuild(build: TableReader | undefined, isWhole: boolean): void {
  if (!build) return;
  const command = build.required('command');
  if (command?.type === 'array') build.strings('command');
  else build.scalar(command, 'string');
  if (isWhole) {
    build.string('workdir');
    build.strings('watch');
  }
  build.finish();
}
