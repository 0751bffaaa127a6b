// A manifest of version 2 to a locked app, as `spin registry push` does: everything has an id, sources and files are named by the digest
// of their content. For images of test apps; what a manifest may mean at all is the guest runtime's business.

import { convertAllowedHttpHost } from '../../guest-runtime/policy/allowed-http-host.ts';

/** How content is named: by its digest, small files with the content beside it in base64. */
export type ContentRef = { readonly digest: string; readonly inline?: string };

/** The content of a component. */
export type ComponentContent = {
  readonly source: ContentRef;
  /** By the name that the component imports. */
  readonly dependencies: ReadonlyMap<string, ContentRef>;
  readonly files: readonly { readonly path: string; readonly content: ContentRef }[];
};

/** Any table of a manifest. */
export type Table = Readonly<Record<string, unknown>>;

/** Reads a field that should be a table; empty when it is none. */
export function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {};
}

/** Lists the components of a manifest by id, with those that are written out in a trigger. */
export function listComponents(manifest: Table): Map<string, Table> {
  const components = new Map(Object.entries(tableOf(manifest['component'])).map(([id, one]) => [id, tableOf(one)]));
  for (const { id, trigger } of listTriggers(manifest)) {
    const { component } = trigger;
    if (typeof component === 'object' && component !== null) components.set(`${id}-component`, tableOf(component));
  }
  return components;
}

/** Makes a locked app. `contents` has every component that `listComponents` gives. */
export function createLockedApp(manifest: Table, contents: ReadonlyMap<string, ComponentContent>): Table {
  const { name, version, description, authors, trigger } = tableOf(manifest['application']);
  return {
    spin_lock_version: 1,
    metadata: { name, version, description, authors, triggers: trigger ?? {} },
    variables: Object.fromEntries(
      Object.entries(tableOf(manifest['variables'])).map(([key, value]) => {
        const variable = tableOf(value);
        return [key, { default: variable['default'], secret: variable['secret'] ?? false }];
      }),
    ),
    triggers: listTriggers(manifest).map(({ id, type, trigger }) => {
      const { id: _, component, ...rest } = trigger;
      const named = typeof component === 'object' ? `${id}-component` : component;
      return { id, trigger_type: type, trigger_config: { component: named, ...rest } };
    }),
    components: [...listComponents(manifest)].map(([id, component]) => lockComponent(id, component, contents.get(id))),
  };
}

function lockComponent(id: string, component: Table, content: ComponentContent | undefined): Table {
  const { description, environment, variables, key_value_stores, ai_models } = component;
  return {
    id,
    metadata: {
      ...{ description, allowed_outbound_hosts: listHosts(component), key_value_stores, ai_models },
      databases: component['sqlite_databases'],
    },
    source: { content_type: 'application/wasm', ...content?.source },
    env: environment,
    config: variables,
    files: content?.files.map(({ path, content: ref }) => ({ content: ref, path })),
    dependencies: Object.fromEntries(
      [...(content?.dependencies ?? [])].map(([name, ref]) => [name, lockDependency(name, component, ref)]),
    ),
  };
}

/** Both lists in the form of the newer one; undefined where there is none. */
function listHosts({ allowed_outbound_hosts: hosts, allowed_http_hosts: old }: Table): unknown {
  if (!Array.isArray(old)) return hosts;
  const converted = old.flatMap((entry: unknown) => convertAllowedHttpHost(String(entry)) ?? []);
  return [...(Array.isArray(hosts) ? hosts : []), ...converted];
}

function lockDependency(name: string, component: Table, ref: ContentRef): Table {
  const { export: named, inherit_configuration: own } = tableOf(tableOf(component['dependencies'])[name]);
  const inherited = own ?? component['dependencies_inherit_configuration'];
  const inherit = inherited === true ? 'All' : { Some: Array.isArray(inherited) ? inherited : [] };
  return { source: { content_type: 'application/wasm', ...ref }, export: named, inherit };
}

type Trigger = { readonly id: string; readonly type: string; readonly trigger: Table };

function listTriggers(manifest: Table): Trigger[] {
  return Object.entries(tableOf(manifest['trigger'])).flatMap(([type, list]) =>
    (Array.isArray(list) ? list : []).map((one: unknown, index): Trigger => {
      const trigger = tableOf(one);
      return { id: String(trigger['id'] ?? `${type}-trigger${index + 1}`), type, trigger };
    }),
  );
}
