// A manifest of version 1 as Spin takes it for one of version 2, before it makes layers of the app. What is wrong with it is for the guest
// runtime to say.

import { DATABASES, toKebabId } from '../../guest-runtime/manifest/manifest-v1.ts';
import { type Table, tableOf } from './locked-app.ts';

/** Returns a manifest of version 2; one that has that version stays as it is. */
export function upgradeManifest(manifest: Table): Table {
  if (!Array.isArray(manifest['component'])) return manifest;
  const { name, version, description, authors, variables } = manifest;
  const { type, ...settings } = tableOf(manifest['trigger']);
  const components = manifest['component'].map((one: unknown) => {
    const { id, trigger, config, ...component } = tableOf(one);
    const hosts = component['allowed_outbound_hosts'] ?? DATABASES;
    return {
      id: toKebabId(String(id)),
      trigger: tableOf(trigger),
      component: { ...component, variables: config, allowed_outbound_hosts: hosts },
    };
  });
  return {
    application: { name, version, description, authors, trigger: { [String(type)]: settings } },
    variables,
    trigger: {
      [String(type)]: components.map(({ id, trigger }) => ({ id: `trigger-${id}`, component: id, ...trigger })),
    },
    component: Object.fromEntries(components.map(({ id, component }) => [id, component])),
  };
}
