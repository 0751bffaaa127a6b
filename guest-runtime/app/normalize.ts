// Gives every trigger an id and every component that is written out in a trigger an id of its own, as Spin does, so that what
// follows only ever looks components up by name.

import type { ManifestComponent } from '../manifest/component.ts';
import type { Diagnostics, Located, Place } from '../manifest/diagnostics.ts';
import { isKebabName } from '../manifest/identifier.ts';
import type { Manifest, ManifestTrigger } from '../manifest/manifest.ts';
import type { TableReader } from '../manifest/reader.ts';

/** A manifest in which every trigger has an id and names its component by id. */
export type NormalizedApp = {
  readonly triggers: readonly NormalizedTrigger[];
  readonly components: readonly ManifestComponent[];
};

/** A trigger with its id; `component` is an id that `NormalizedApp.components` has. */
export type NormalizedTrigger = Place & {
  readonly type: string;
  readonly id: string;
  readonly component: Located<string> | undefined;
  readonly settings: TableReader;
};

/** Normalizes a manifest; a trigger that names a component that does not exist is noted. */
export function normalizeManifest(manifest: Manifest, diagnostics: Diagnostics): NormalizedApp {
  const triggerIds = assignTriggerIds(manifest.triggers);
  const components = new Map<string, ManifestComponent>();
  for (const component of manifest.components) {
    const { id } = component;
    if (components.has(id.value)) {
      const message = `component \`${id.value}\` takes the place of another one of this id`;
      diagnostics.warning(id, message, 'give each component an id of its own');
    }
    components.set(id.value, component);
  }
  const triggers = manifest.triggers.map((trigger): NormalizedTrigger => {
    const { type, settings, field, at, component: spec } = trigger;
    const id = triggerIds.get(trigger) ?? '';
    let component: Located<string> | undefined;
    if (spec && 'inline' in spec) {
      component = { ...spec.inline.id, value: chooseComponentId(id, components) };
      components.set(component.value, { ...spec.inline, id: component });
    } else if (spec) {
      component = spec.reference;
      if (!components.has(component.value)) noteUndefined(component, [...components.keys()], diagnostics);
    }
    return { type, settings, field, at, id, component };
  });
  return { triggers, components: [...components.values()] };
}

function assignTriggerIds(triggers: readonly ManifestTrigger[]): Map<ManifestTrigger, string> {
  const taken = new Set(triggers.map(({ id }) => id?.value));
  const ids = new Map<ManifestTrigger, string>();
  for (const trigger of triggers) {
    const id = trigger.id?.value ?? chooseTriggerId(trigger, taken);
    taken.add(id);
    ids.set(trigger, id);
  }
  return ids;
}

function chooseTriggerId(trigger: ManifestTrigger, taken: ReadonlySet<string | undefined>): string {
  const reference =
    trigger.component && 'reference' in trigger.component ? trigger.component.reference.value : undefined;
  const natural = `${reference}-${trigger.type}-trigger`;
  if (reference !== undefined && !taken.has(natural)) return natural;
  return countUp(
    (n) => `${trigger.type}-trigger${n}`,
    (id) => taken.has(id),
  );
}

function chooseComponentId(triggerId: string, components: ReadonlyMap<string, unknown>): string {
  const natural = `${triggerId}-component`;
  if (isKebabName(natural) && !components.has(natural)) return natural;
  return countUp(
    (n) => `inline-component${n}`,
    (id) => components.has(id),
  );
}

/** The first of `name(1)`, `name(2)` and so on that is not taken. */
function countUp(name: (n: number) => string, isTaken: (name: string) => boolean): string {
  let n = 1;
  while (isTaken(name(n))) n++;
  return name(n);
}

function noteUndefined(component: Located<string>, known: readonly string[], diagnostics: Diagnostics): void {
  const fix = known.length === 0 ? `add \`[component.${component.value}]\`` : `use one of: ${known.join(', ')}`;
  diagnostics.error(component, `no component is named ${JSON.stringify(component.value)}`, fix);
}
