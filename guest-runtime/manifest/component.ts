// Reads one component's table of a manifest, `[component.<id>]` or one written out in a trigger.

import type { Asset, ComponentSource } from '../../host/gen/runtime.ts';
import type { Located, Place } from './diagnostics.ts';
import { isDependencyName, isLowerSnakeName, isStoreLabel, suggestLowerSnakeName } from './identifier.ts';
import type { TableReader } from './reader.ts';
import type { TomlValue } from './toml.ts';

/** A component as the manifest has it. */
export type ManifestComponent = {
  /** The empty string for a component that is written out in a trigger. */
  readonly id: Located<string>;
  /** Undefined when it is missing or malformed, which is already noted. */
  readonly source: Located<ComponentSource> | undefined;
  readonly description: string;
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
    variables: readVariables(table),
    environment: table.stringMap('environment'),
    files: table.items('files').flatMap((item) => readFiles(table, item)),
    assets: [],
    allowedOutboundHosts: table.strings('allowed_outbound_hosts'),
    allowedHttpHosts: table.strings('allowed_http_hosts'),
    keyValueStores: readLabels(table, 'key_value_stores'),
    sqliteDatabases: readLabels(table, 'sqlite_databases'),
    aiModels: table.strings('ai_models').map(({ value }) => value),
  };
  refuseExcludedFiles(table);
  refuseDependencies(table);
  checkBuildFields(table);
  table.finish();
  return component;
}

function readSource(table: TableReader): Located<ComponentSource> | undefined {
  const value = table.required('source', 'add `source` with the path of a wasm file');
  if (!value) return undefined;
  if (value.type === 'string') {
    if (value.value !== '') return { ...value, value: { tag: 'path', val: value.value } };
    table.diagnostics.error(value, '`source` is empty', 'write the path of a wasm file');
    return undefined;
  }
  if (value.type !== 'table') {
    const fix = 'write a path, `{ url, digest }`, or `{ package, version }`';
    table.diagnostics.error(value, 'expected a string or a table', fix);
    return undefined;
  }
  const source = table.open(value);
  const read = source && (source.has('url') ? readUrlSource(source) : readRegistrySource(source));
  source?.finish();
  return read && { ...value, value: read };
}

function readUrlSource(source: TableReader): ComponentSource | undefined {
  const url = source.string('url');
  source.required('digest', 'add `digest = "sha256:…"`');
  const digest = source.string('digest');
  if (!url || !digest) return undefined;
  if (!/^sha256:[0-9a-f]{64}$/.test(digest.value)) {
    source.diagnostics.error(digest, 'not a digest', 'write `sha256:` and 64 hexadecimal digits in lower case');
    return undefined;
  }
  return { tag: 'url', val: { url: url.value, digest: digest.value } };
}

function readRegistrySource(source: TableReader): ComponentSource | undefined {
  const registry = source.string('registry');
  source.required('package', 'add `package`, or `url` and `digest`');
  source.required('version');
  const name = source.string('package');
  const version = source.string('version');
  if (!name || !version) return undefined;
  return { tag: 'registry', val: { registry: registry?.value, package: name.value, version: version.value } };
}

function readVariables(table: TableReader): ManifestComponent['variables'] {
  const variables = table.stringMap('variables');
  for (const [name, { key }] of variables) {
    if (isLowerSnakeName(name)) continue;
    const suggestion = suggestLowerSnakeName(name);
    const fix = suggestion === '' ? undefined : `rename it to \`${suggestion}\``;
    table.diagnostics.error(key, `variable name ${JSON.stringify(name)} is not in lower snake case`, fix);
  }
  return variables;
}

function readFiles(table: TableReader, item: TomlValue): Located<ManifestFiles>[] {
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

/** The files of an image are mounted as they are, so nothing can be left out of a directory. */
function refuseExcludedFiles(table: TableReader): void {
  if (table.strings('exclude_files').length === 0) return;
  const fix = 'remove `exclude_files`, and leave the files out of the image';
  table.diagnostics.error(table.place('exclude_files'), '`exclude_files` cannot be used in an image', fix);
}

function refuseDependencies(table: TableReader): void {
  table.boolean('dependencies_inherit_configuration');
  for (const [name, { key }] of table.entries('dependencies')) {
    if (!isDependencyName(name)) {
      const fix = 'write `name`, or `namespace:package/interface@version`';
      table.diagnostics.error(key, `${JSON.stringify(name)} is not a dependency name`, fix);
      continue;
    }
    const fix = 'compose the dependency into the component before building the image';
    table.diagnostics.error(
      key,
      `dependency ${JSON.stringify(name)}: component dependencies are not supported yet`,
      fix,
    );
  }
}

/** Checks the fields that matter only where the app is built: they are known, and ignored. */
function checkBuildFields(table: TableReader): void {
  table.items('targets');
  table.entries('tool');
  checkBuild(table.child('build'), true);
  for (const { value } of table.entries('profile').values()) {
    const profile = table.open(value);
    profile?.ignore('source', 'dependencies');
    profile?.stringMap('environment');
    checkBuild(profile?.child('build'), false);
    profile?.finish();
  }
}

function checkBuild(build: TableReader | undefined, isWhole: boolean): void {
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
