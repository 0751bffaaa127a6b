// Reads a Spin manifest (https://spinframework.dev/manifest-reference) into values that keep their places; version 1 is for manifest-v1.ts. It checks
// what can be seen in one field or table; what fields mean together is for app/, and a trigger's own fields are for dispatch/.

import { checkComponentId, checkTargets, checkTools, type ManifestVariable, readAppVariables } from './app-level.ts';
import { type ManifestComponent, readComponent } from './component.ts';
import type { Diagnostics, Located, Place } from './diagnostics.ts';
import { readManifestV1 } from './manifest-v1.ts';
import { TableReader } from './reader.ts';
import { parseToml, type TomlValue } from './toml.ts';

/** A manifest as it is written: nothing is named that has no name, nothing is looked up. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly variables: readonly ManifestVariable[];
  /** Trigger-global settings by trigger type: `[application.trigger.<type>]`. */
  readonly triggerSettings: ReadonlyMap<string, TableReader>;
  /** All triggers, type by type, in the order of the file. */
  readonly triggers: readonly ManifestTrigger[];
  readonly components: readonly ManifestComponent[];
};

/** One `[[trigger.<type>]]`. */
export type ManifestTrigger = Place & {
  readonly type: string;
  readonly id: Located<string> | undefined;
  readonly component: ComponentSpec | undefined;
  /** The trigger's own fields: `id`, `component` and `components` are already taken. */
  readonly settings: TableReader;
};

/** A component as a trigger names it: by id, or written out in place. */
export type ComponentSpec = { readonly reference: Located<string> } | { readonly inline: ManifestComponent };

/** Parses a manifest. Everything that is wrong is noted in `diagnostics`; null when nothing can be made of the text at all. */
export function parseManifest(text: string, diagnostics: Diagnostics): Manifest | null {
  const table = parseToml(text, diagnostics);
  if (!table) return null;
  const root = new TableReader(table, diagnostics);
  const version = readVersion(root);
  if (version === 1) return readManifestV1(root);
  return version === 2 ? readManifest(root) : null;
}

function readManifest(root: TableReader): Manifest {
  const { diagnostics } = root;
  root.required('application', 'add an `[application]` table with a `name`');
  const application = root.child('application');
  root.required('trigger', 'add a trigger, such as `[[trigger.http]]`');
  const manifest = {
    name: readName(application),
    version: application?.string('version')?.value ?? '',
    description: application?.string('description')?.value ?? '',
    triggerSettings: readTriggerSettings(application),
    variables: readAppVariables(root),
    triggers: [...root.entries('trigger').entries()].flatMap(([type, { value }]) => readTriggers(root, type, value)),
    components: [...root.entries('component').entries()].flatMap(([id, { key, value }]) => {
      checkComponentId(diagnostics, { ...key, value: id });
      const table = root.open(value);
      return table ? readComponent(table, { ...key, value: id }) : [];
    }),
  };
  application?.strings('authors');
  if (application) {
    checkTargets(application);
    checkTools(application);
  }
  application?.finish();
  root.finish();
  return manifest;
}

function readVersion(root: TableReader): 1 | 2 | null {
  const { diagnostics } = root;
  const value = root.value('spin_manifest_version');
  const old = value ? undefined : root.value('spin_version');
  const found = value ?? old;
  if (!found) {
    diagnostics.error(null, 'missing field `spin_manifest_version`', 'add `spin_manifest_version = 2` at the top');
    return null;
  }
  if (value?.type === 'integer' && value.value === 2n) return 2;
  if (found.type === 'string' && found.value === '1') return 1;
  diagnostics.error(found, 'not a known manifest version', 'write `spin_manifest_version = 2`, without quotes');
  return null;
}

function readName(application: TableReader | undefined): string {
  if (!application?.required('name')) return '';
  return application.string('name')?.value ?? '';
}

function readTriggerSettings(application: TableReader | undefined): Map<string, TableReader> {
  const settings = new Map<string, TableReader>();
  for (const [type, { value }] of application?.entries('trigger') ?? []) {
    const table = application?.open(value);
    if (table) settings.set(type, table);
  }
  return settings;
}

function readTriggers(root: TableReader, type: string, value: TomlValue): ManifestTrigger[] {
  if (value.type !== 'array') {
    root.diagnostics.error(value, 'expected an array of tables', `write \`[[trigger.${type}]]\`, with two brackets`);
    return [];
  }
  return value.items.flatMap((item) => {
    const settings = root.open(item);
    return settings ? readTrigger(type, settings) : [];
  });
}

function readTrigger(type: string, settings: TableReader): ManifestTrigger {
  const { diagnostics, table } = settings;
  const id = settings.string('id');
  const component = readComponentSpec(settings);
  for (const { value } of settings.entries('components').values()) {
    diagnostics.error(value, '`components` of a trigger is reserved for trigger plugins', 'use `component`');
  }
  if (settings.has('dependencies')) {
    settings.entries('dependencies');
    const fix = 'remove `dependencies`, or compose the middleware into the component';
    diagnostics.error(settings.place('dependencies'), 'trigger dependencies are not supported yet', fix);
  }
  return { field: table.field, at: table.at, type, id: id?.value === '' ? undefined : id, component, settings };
}

function readComponentSpec(settings: TableReader): ComponentSpec | undefined {
  const value = settings.value('component');
  if (value?.type === 'string') {
    checkComponentId(settings.diagnostics, value);
    return { reference: value };
  }
  const inline = value && settings.open(value);
  return inline && { inline: readComponent(inline, { ...inline.table, value: '' }) };
}
