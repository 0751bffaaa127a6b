// Reads a locked app, the JSON that an app is pushed to a registry with, versions 0 and 1
// (https://github.com/spinframework/spin/tree/main/crates/locked-app). Its values are those of a manifest, except that everything is named
// and that sources and files are content of the image. As in Spin, fields that are not known are left alone.

import type { Asset, AssetContent, ComponentSource, Inheritance } from '../../host/gen/runtime.ts';
import type { ManifestVariable } from './app-level.ts';
import type { ManifestComponent } from './component.ts';
import { type ManifestDependency, readDependencyName, readGrants } from './dependency.ts';
import type { Diagnostics, Located } from './diagnostics.ts';
import { parseJsonTable } from './json.ts';
import type { Manifest, ManifestTrigger } from './manifest.ts';
import { TableReader } from './reader.ts';

/** What an app may require of its host. */
const KNOWN_REQUIREMENTS: readonly string[] = ['local_service_chaining'];
/** The parts that an app may say must be understood. */
const UNDERSTOOD: readonly string[] = ['host_requirements', 'component_host_requirements'];

const REPUSH = 'push the app again with a current `spin registry push`';

/** Parses a locked app. Everything that is wrong is noted in `diagnostics`; null when nothing can be made of the text at all. */
export function parseLockedApp(text: string, diagnostics: Diagnostics): Manifest | null {
  const table = parseJsonTable(text, diagnostics);
  if (!table) return null;
  const root = new TableReader(table, diagnostics);
  if (!checkVersion(root)) return null;
  checkUnderstood(root);
  checkRequirements(root);
  const metadata = root.child('metadata');
  return {
    name: metadata?.string('name')?.value ?? '',
    version: metadata?.string('version')?.value ?? '',
    description: metadata?.string('description')?.value ?? '',
    variables: [...root.entries('variables')].flatMap(([name, { key, value }]): ManifestVariable[] => {
      const variable = root.open(value);
      const preset = variable?.string('default')?.value;
      return variable ? [{ ...key, name, default: preset, secret: variable.boolean('secret')?.value ?? false }] : [];
    }),
    triggerSettings: readTriggerSettings(metadata),
    triggers: root.items('triggers').flatMap((item) => readTrigger(root.open(item)) ?? []),
    components: root.items('components').flatMap((item) => readComponent(root.open(item)) ?? []),
  };
}

function checkVersion(root: TableReader): boolean {
  const version = root.required('spin_lock_version', REPUSH);
  if (!version) return false;
  if (version.type === 'integer' && (version.value === 0n || version.value === 1n)) return true;
  root.diagnostics.error(version, 'not a known version of a locked app', 'supported: 0, 1');
  return false;
}

function checkUnderstood(root: TableReader): void {
  for (const part of root.strings('must_understand')) {
    if (UNDERSTOOD.includes(part.value)) continue;
    root.diagnostics.error(part, `the app uses ${JSON.stringify(part.value)}, which this version does not understand`);
  }
}

/** Requirements of the app or of a component. */
function checkRequirements(table: TableReader): void {
  for (const [name, { key, value }] of table.entries('host_requirements')) {
    const isOptional = value.type === 'string' && value.value === 'optional';
    if (isOptional || KNOWN_REQUIREMENTS.includes(name)) continue;
    table.diagnostics.error(key, `the app requires ${JSON.stringify(name)} of its host, which is not supported`);
  }
}

/** Settings by trigger type; an old app has those of its only type in `trigger`. */
function readTriggerSettings(metadata: TableReader | undefined): Map<string, TableReader> {
  const settings = new Map<string, TableReader>();
  const old = metadata?.child('trigger');
  const oldType = old?.string('type')?.value;
  if (old && oldType !== undefined) settings.set(oldType, old);
  for (const [type, { value }] of metadata?.entries('triggers') ?? []) {
    const table = metadata?.open(value);
    if (table) settings.set(type, table);
  }
  return settings;
}

function readTrigger(trigger: TableReader | undefined): ManifestTrigger | undefined {
  trigger?.required('trigger_type');
  trigger?.required('trigger_config');
  const id = trigger?.string('id');
  const type = trigger?.string('trigger_type');
  const settings = trigger?.child('trigger_config');
  if (!trigger || !type || !settings) return undefined;
  for (const [name, { key }] of trigger.entries('trigger_dependencies')) {
    const message = `trigger dependency ${JSON.stringify(name)}: trigger dependencies are not supported yet`;
    trigger.diagnostics.error(key, message, 'compose the middleware into the component');
  }
  const component = settings.string('component');
  return {
    ...{ field: trigger.table.field, at: trigger.table.at, type: type.value, id, settings },
    component: component && { reference: component },
  };
}

function readComponent(table: TableReader | undefined): ManifestComponent | undefined {
  table?.required('id');
  const id = table?.string('id');
  if (!table || !id) return undefined;
  checkRequirements(table);
  const metadata = table.child('metadata');
  const texts = (name: string) => metadata?.strings(name).map(({ value }) => value) ?? [];
  const hosts = metadata?.strings('allowed_outbound_hosts') ?? [];
  return {
    id,
    source: readSource(table),
    description: metadata?.string('description')?.value ?? '',
    dependencies: readDependencies(table),
    variables: table.stringMap('config'),
    environment: table.stringMap('env'),
    files: [],
    assets: readAssets(table),
    allowedOutboundHosts: hosts,
    // Only apps of long ago have these alone; newer ones repeat there what is allowed anyway.
    allowedHttpHosts: metadata?.has('allowed_outbound_hosts') ? [] : (metadata?.strings('allowed_http_hosts') ?? []),
    keyValueStores: texts('key_value_stores'),
    sqliteDatabases: texts('databases'),
    aiModels: texts('ai_models'),
  };
}

/** The source of a component or of a dependency. */
function readSource(component: TableReader): Located<ComponentSource> | undefined {
  const value = component.required('source');
  const source = value && component.open(value);
  if (!source) return undefined;
  const digest = readDigest(source);
  if (digest !== undefined) return { ...source.table, value: { tag: 'digest', val: digest } };
  if (!source.has('digest')) source.diagnostics.error(source.table, 'the source has no digest', REPUSH);
  return undefined;
}

/** The files of a component, each path once: the last one counts. */
function readAssets(component: TableReader): Asset[] {
  const assets = new Map<string, Asset>();
  for (const item of component.items('files')) {
    const file = component.open(item);
    file?.required('path');
    const path = file?.string('path');
    const content = file && readContent(file.child('content') ?? file);
    if (!path || !content) continue;
    if (path.value.split('/').some((part) => part === '' || part === '.' || part === '..')) {
      const fix = "use a path below the guest's root, without `.` and `..`";
      component.diagnostics.error(path, `invalid file mount ${JSON.stringify(path.value)}`, fix);
    } else {
      assets.set(path.value, { path: path.value, content });
    }
  }
  return [...assets.values()];
}

function readContent(file: TableReader): AssetContent | undefined {
  const inline = file.string('inline');
  if (inline) {
    try {
      return { tag: 'inline', val: bytesFromBase64(inline.value) };
    } catch {
      file.diagnostics.error(inline, 'the content is not base64');
      return undefined;
    }
  }
  const digest = readDigest(file);
  if (digest !== undefined) return { tag: 'digest', val: digest };
  if (!file.has('digest')) file.diagnostics.error(file.table, 'the file has no content', REPUSH);
  return undefined;
}

function bytesFromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function readDigest(table: TableReader): string | undefined {
  const digest = table.string('digest');
  if (!digest || /^sha256:[0-9a-f]{64}$/.test(digest.value)) return digest?.value;
  table.diagnostics.error(digest, 'not a digest: expected `sha256:` and 64 hexadecimal digits in lower case', REPUSH);
  return undefined;
}

function readDependencies(component: TableReader): ManifestDependency[] {
  return [...component.entries('dependencies')].flatMap(([key, entry]): ManifestDependency[] => {
    const name = { ...entry.key, value: key };
    const imports = readDependencyName(name, component.diagnostics);
    const dependency = component.open(entry.value);
    const source = dependency && readSource(dependency)?.value;
    if (!imports || !source) return [];
    return [
      { ...name, imports, source, export: dependency.string('export')?.value, inherit: readInheritance(dependency) },
    ];
  });
}

/** `"All"`, or `{ "Some": [...] }`. */
function readInheritance(dependency: TableReader): Inheritance {
  const value = dependency.value('inherit');
  if (value?.type === 'string' && value.value === 'All') return { tag: 'all' };
  const some = value && dependency.open(value);
  return readGrants(some?.strings('Some') ?? [], dependency.diagnostics);
}
