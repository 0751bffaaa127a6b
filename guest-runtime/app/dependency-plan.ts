// Turns a component's dependencies into their part of the plan: a dependency on a component of the app becomes one on its source.

import type { ComponentSource, DependencyPlan } from '../../host/gen/runtime.ts';
import type { ManifestComponent } from '../manifest/component.ts';
import type { ComponentReference, ManifestDependency } from '../manifest/dependency.ts';
import type { Diagnostics } from '../manifest/diagnostics.ts';

/** What dependencies are looked up in. */
export type DependencyScope = {
  /** The manifest's name in locations. */
  readonly file: string;
  readonly components: ReadonlyMap<string, ManifestComponent>;
};

/** Plans a component's dependencies. What cannot be one is noted. */
export function planDependencies(
  { dependencies }: ManifestComponent,
  { file, components }: DependencyScope,
  diagnostics: Diagnostics,
): DependencyPlan[] {
  return dependencies.flatMap((dependency) => {
    const { value: name, imports, export: export_, inherit, at } = dependency;
    const source =
      dependency.source.tag === 'component'
        ? findSource(dependency, dependency.source, components, diagnostics)
        : dependency.source;
    if (!source) return [];
    return [{ name, imports, source, export: export_, inherit, location: { file, ...at } }];
  });
}

function findSource(
  dependency: ManifestDependency,
  { val: id }: ComponentReference,
  components: ReadonlyMap<string, ManifestComponent>,
  diagnostics: Diagnostics,
): ComponentSource | undefined {
  const component = components.get(id.value);
  if (!component) {
    const fix = `use one of: ${[...components.keys()].join(', ')}`;
    diagnostics.error(id, `no component is named ${JSON.stringify(id.value)}`, fix);
    return undefined;
  }
  const grants = grantsOf(component);
  if (grants.length > 0) {
    const message = `component \`${id.value}\` cannot be a dependency, because it has ${grants.join(', ')}`;
    const fix = `move them to the component that depends on it, and set \`inherit_configuration\` of ${JSON.stringify(dependency.value)}`;
    diagnostics.error(id, message, fix);
  }
  const source = component.source?.value;
  // A component names one version exactly, a dependency a range.
  if (source?.tag !== 'registry') return source;
  return { ...source, val: { ...source.val, version: `=${source.val.version}` } };
}

/** What a component has that it would lose where it is a part of another one, by the manifest's names. */
function grantsOf(component: ManifestComponent): string[] {
  const counts: Readonly<Record<string, number>> = {
    ai_models: component.aiModels.length,
    allowed_http_hosts: component.allowedHttpHosts.length,
    allowed_outbound_hosts: component.allowedOutboundHosts.length,
    dependencies: component.dependencies.length,
    environment: component.environment.size,
    files: component.files.length + component.assets.length,
    key_value_stores: component.keyValueStores.length,
    sqlite_databases: component.sqliteDatabases.length,
    variables: component.variables.size,
  };
  return Object.entries(counts).flatMap(([name, count]) => (count > 0 ? `\`${name}\`` : []));
}
