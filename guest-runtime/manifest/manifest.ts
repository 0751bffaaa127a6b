// Reads a Spin manifest of version 2 (https://spinframework.dev/manifest-reference) into values that keep their places. It checks
// what can be seen in one field or table; what fields mean together is for app/, and a trigger's own fields are for dispatch/.

import { type ManifestComponent, readComponent } from './component.ts';
import type { Diagnostics, Located, Place } from './diagnostics.ts';
import { isKebabName, isLowerSnakeName, suggestKebabName, suggestLowerSnakeName } from './identifier.ts';
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

/** An application variable. */
export type ManifestVariable = Place & {
  readonly name: string;
  readonly default: string | undefined;
  readonly secret: boolean;
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
  if (!checkVersion(root)) return null;
  root.required('application', 'add an `[application]` table with a `name`');
  const application = root.child('application');
  root.required('trigger', 'add a trigger, such as `[[trigger.http]]`');
  const manifest = {
    name: readName(application),
    version: application?.string('version')?.value ?? '',
    description: application?.string('description')?.value ?? '',
    triggerSettings: readTriggerSettings(application),
    variables: [...root.entries('variables').entries()].flatMap(([name, { key, value }]) =>
      readVariable(root, name, key, value),
    ),
    triggers: [...root.entries('trigger').entries()].flatMap(([type, { value }]) => readTriggers(root, type, value)),
    components: [...root.entries('component').entries()].flatMap(([id, { key, value }]) => {
      checkComponentId(diagnostics, { ...key, value: id });
      const table = root.open(value);
      return table ? readComponent(table, { ...key, value: id }) : [];
    }),
  };
  application?.strings('authors');
  application?.items('targets');
  application?.entries('tool');
  application?.finish();
  root.finish();
  return manifest;
}

/** Notes an id that is not a kebab name. */
export function checkComponentId(diagnostics: Diagnostics, id: Located<string>): void {
  if (isKebabName(id.value)) return;
  const suggestion = suggestKebabName(id.value);
  const rule = 'use words of letters and digits, all lower or all upper case, joined by `-`';
  const fix = suggestion === '' ? rule : `${rule}, such as \`${suggestion}\``;
  diagnostics.error(id, `component id ${JSON.stringify(id.value)} is not in kebab case`, fix);
}

function checkVersion(root: TableReader): boolean {
  const { diagnostics } = root;
  const old = root.value('spin_version');
  const value = root.value('spin_manifest_version') ?? old;
  if (!value) {
    diagnostics.error(null, 'missing field `spin_manifest_version`', 'add `spin_manifest_version = 2` at the top');
    return false;
  }
  if (value.type === 'integer' && value.value === 2n && value !== old) return true;
  if (value.type === 'string' && value.value === '1') {
    diagnostics.error(value, 'manifest version 1 is not supported yet', 'migrate the manifest to version 2');
  } else {
    diagnostics.error(value, 'not a known manifest version', 'write `spin_manifest_version = 2`');
  }
  return false;
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

function readVariable(root: TableReader, name: string, key: Place, value: TomlValue): ManifestVariable[] {
  if (!isLowerSnakeName(name)) {
    const suggestion = suggestLowerSnakeName(name);
    const fix = suggestion === '' ? undefined : `rename it to \`${suggestion}\``;
    root.diagnostics.error(key, `variable name ${JSON.stringify(name)} is not in lower snake case`, fix);
  }
  const table = root.open(value);
  if (!table) return [];
  table.string('description');
  const required = table.boolean('required')?.value ?? false;
  const preset = table.string('default');
  const secret = table.boolean('secret')?.value ?? false;
  table.finish();
  if (required && preset) {
    const fix = 'remove `required`, or remove `default`';
    root.diagnostics.error(preset, `variable \`${name}\` is required and has a default`, fix);
  } else if (!required && !table.has('default')) {
    const fix = 'add `required = true`, or a `default`';
    root.diagnostics.error(key, `variable \`${name}\` is neither required nor has a default`, fix);
  }
  return [{ ...key, name, default: preset?.value, secret }];
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
