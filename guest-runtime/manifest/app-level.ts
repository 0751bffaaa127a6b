// Reads what apps and their components have alike, or what is the same in each version of the manifest: ids, the app's variables, the
// fields of tools.

import type { Diagnostics, Located, Place } from './diagnostics.ts';
import { isKebabName, isLowerSnakeName, suggestKebabName, suggestLowerSnakeName } from './identifier.ts';
import type { TableReader } from './reader.ts';
import type { TomlValue } from './toml.ts';

/** An application variable. */
export type ManifestVariable = Place & {
  readonly name: string;
  readonly default: string | undefined;
  readonly secret: boolean;
};

/** Notes an id that is not a kebab name. */
export function checkComponentId(diagnostics: Diagnostics, id: Located<string>): void {
  if (isKebabName(id.value)) return;
  const suggestion = suggestKebabName(id.value);
  const rule = 'use words of letters and digits, all lower or all upper case, joined by `-`';
  const fix = suggestion === '' ? rule : `${rule}, such as \`${suggestion}\``;
  diagnostics.error(id, `component id ${JSON.stringify(id.value)} is not in kebab case`, fix);
}

/** The forms of a target that is no name: in Spin 4 and, the last one, in Spin 3. */
const TARGETS: readonly (readonly string[])[] = [['url'], ['path'], ['registry', 'id']];

/** Checks `targets`, which matter only where the app is built. */
export function checkTargets(table: TableReader): void {
  for (const item of table.items('targets')) {
    if (item.type === 'string') continue;
    const target = table.open(item);
    if (!target) continue;
    const forms = TARGETS.filter((fields) => fields.some((field) => target.has(field)));
    const [form = []] = forms;
    if (forms.length !== 1 || !form.every((field) => target.has(field))) {
      const fix = 'write `{ url }`, `{ path }`, `{ registry, id }`, or a name';
      target.diagnostics.error(item, 'a target has one of `url`, `path`, and `registry` with `id`', fix);
    }
    for (const field of TARGETS.flat()) target.string(field);
    target.finish();
  }
}

/** Checks `tool`: a table for each tool, whose content is the tool's. */
export function checkTools(table: TableReader): void {
  for (const { value } of table.entries('tool').values()) table.tableOf(value);
}

/** Reads the table of the app's variables. */
export function readAppVariables(root: TableReader): ManifestVariable[] {
  return [...root.entries('variables')].flatMap(([name, { key, value }]) => readVariable(root, name, key, value));
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
