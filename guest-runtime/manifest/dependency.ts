// Reads a component's dependencies: which components satisfy its imports, and what they may use of its grants
// (https://spinframework.dev/writing-apps#using-component-dependencies).

import type { ComponentSource, DependencyImports, Grant, Inheritance } from '../../host/gen/runtime.ts';
import type { Diagnostics, Located, Place } from './diagnostics.ts';
import { isKebabName, isPackageName } from './identifier.ts';
import type { TableReader } from './reader.ts';
import { readUrlSource } from './source.ts';
import type { TomlValue } from './toml.ts';
import { isCompatible, isVersion, isVersionRange } from './version.ts';

/** A dependency as the manifest has it. Its place is that of its name. */
export type ManifestDependency = Located<string> & {
  readonly imports: DependencyImports;
  readonly source: ComponentSource | ComponentReference;
  readonly export: string | undefined;
  readonly inherit: Inheritance;
};

/** A component of the same app. */
export type ComponentReference = { readonly tag: 'component'; readonly val: Located<string> };

/** The keys that `inherit_configuration` may list. */
const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['ai_models', 'ai-models'],
  ['allowed_outbound_hosts', 'allowed-outbound-hosts'],
  ['environment', 'environment'],
  ['files', 'files'],
  ['key_value_stores', 'key-value-stores'],
  ['sqlite_databases', 'sqlite-databases'],
  ['variables', 'variables'],
]);

const NOTHING: Inheritance = { tag: 'some', val: [] };

const FORMS = 'write a version, or a table with one of `version`, `path`, `url` and `digest`, or `component`';

/** Reads `dependencies`. `shared` is whether the component shares its grants with all of them, where it says so. */
export function readDependencies(component: TableReader, shared: Located<boolean> | undefined): ManifestDependency[] {
  const inherit: Inheritance = shared?.value ? { tag: 'all' } : NOTHING;
  const dependencies = [...component.entries('dependencies')].flatMap(([name, { key, value }]) => {
    const imports = readDependencyName({ ...key, value: name }, component.diagnostics);
    if (!imports) return [];
    return readDependency({ ...key, value: name }, imports, value, component, {
      inherit,
      isShared: shared !== undefined,
    });
  });
  checkDisjoint(dependencies, component.diagnostics);
  return dependencies;
}

/** Parses a dependency's name, or notes that it is none. */
export function readDependencyName(name: Located<string>, diagnostics: Diagnostics): DependencyImports | undefined {
  const imports = parseDependencyName(name.value);
  if (!imports) {
    const fix = 'write `name`, or `namespace:package/interface@version`';
    diagnostics.error(name, `${JSON.stringify(name.value)} is not a dependency name`, fix);
  }
  return imports;
}

/** Notes each of the names that is no grant, and returns the others. */
export function readGrants(names: readonly Located<string>[], diagnostics: Diagnostics): Inheritance {
  const known = [...GRANTS.keys()].join(', ');
  const grants = names.flatMap((name) => {
    const grant = GRANTS.get(name.value);
    if (grant) return grant;
    diagnostics.warning(name, `nothing is granted by ${JSON.stringify(name.value)}`, `known: ${known}`);
    return [];
  });
  return { tag: 'some', val: grants };
}

/** A plain name, or `namespace:package`, then perhaps `/interface` and `@version`. */
function parseDependencyName(text: string): DependencyImports | undefined {
  if (isKebabName(text)) return { tag: 'plain', val: text };
  const [, package_ = '', interface_, version] = /^([^/@]+)(?:\/([^/@]+))?(?:@(.+))?$/.exec(text) ?? [];
  if (!isPackageName(package_)) return undefined;
  if (interface_ !== undefined && !isKebabName(interface_)) return undefined;
  if (version !== undefined && !isVersion(version)) return undefined;
  return { tag: 'package', val: { package: package_, interface: interface_, version } };
}

function readDependency(
  name: Located<string>,
  imports: DependencyImports,
  value: TomlValue,
  component: TableReader,
  defaults: { readonly inherit: Inheritance; readonly isShared: boolean },
): ManifestDependency[] {
  const { diagnostics } = component;
  const { inherit } = defaults;
  if (value.type === 'string') {
    const source = packageSource(name, imports, { version: value }, diagnostics);
    return source ? [{ ...name, imports, source, export: undefined, inherit }] : [];
  }
  if (value.type !== 'table') {
    diagnostics.error(value, 'expected a string or a table', FORMS);
    return [];
  }
  const table = component.open(value);
  if (!table) return [];
  const source = readSource(table, name, imports);
  const export_ = table.string('export');
  const own = readInheritance(table);
  table.finish();
  if (own && defaults.isShared) {
    const fix = 'keep one of the two';
    diagnostics.error(
      table.place('inherit_configuration'),
      'the component sets `dependencies_inherit_configuration`',
      fix,
    );
  }
  const isWholePackage = imports.tag === 'package' && imports.val.interface === undefined;
  if (export_ && isWholePackage && (source?.tag === 'registry' || source?.tag === 'path')) {
    diagnostics.error(
      export_,
      'an export cannot satisfy a whole package',
      'name an interface of the package, or remove `export`',
    );
  }
  return source ? [{ ...name, imports, source, export: export_?.value, inherit: own ?? inherit }] : [];
}

function readSource(
  table: TableReader,
  name: Located<string>,
  imports: DependencyImports,
): ManifestDependency['source'] | undefined {
  if (table.has('version')) {
    const version = table.string('version');
    const registry = table.string('registry')?.value;
    const package_ = table.string('package');
    return version && packageSource(name, imports, { version, registry, package: package_ }, table.diagnostics);
  }
  if (table.has('url')) return readUrlSource(table);
  if (table.has('component')) {
    const reference = table.string('component');
    return reference && { tag: 'component', val: reference };
  }
  if (!table.has('path')) {
    table.diagnostics.error(table.table, 'the dependency has no source', FORMS);
    return undefined;
  }
  const path = table.string('path');
  if (path?.value === '') table.diagnostics.error(path, '`path` is empty', 'write the path of a wasm file');
  return path && { tag: 'path', val: path.value };
}

function packageSource(
  name: Place,
  imports: DependencyImports,
  source: { version: Located<string>; registry?: string | undefined; package?: Located<string> | undefined },
  diagnostics: Diagnostics,
): ComponentSource | undefined {
  const { version, registry } = source;
  if (!isVersionRange(version.value)) {
    const fix = 'write a version such as `1.2.3`, or a range such as `>=0.1.0`';
    diagnostics.error(version, `${JSON.stringify(version.value)} is not a range of versions`, fix);
  }
  if (source.package && !isPackageName(source.package.value)) {
    diagnostics.error(
      source.package,
      `${JSON.stringify(source.package.value)} is not a package`,
      'write `namespace:package`',
    );
  }
  const package_ = source.package?.value ?? (imports.tag === 'package' ? imports.val.package : undefined);
  if (package_ !== undefined) return { tag: 'registry', val: { registry, package: package_, version: version.value } };
  diagnostics.error(name, 'a plain name does not say which package to use', 'add `package = "namespace:package"`');
  return undefined;
}

function readInheritance(table: TableReader): Inheritance | undefined {
  const value = table.value('inherit_configuration');
  if (value?.type === 'array') return readGrants(table.strings('inherit_configuration'), table.diagnostics);
  const all = table.scalar(value, 'boolean');
  return all && (all.value ? { tag: 'all' } : NOTHING);
}

/** Two dependencies may not satisfy the same import. */
function checkDisjoint(dependencies: readonly ManifestDependency[], diagnostics: Diagnostics): void {
  for (const [index, later] of dependencies.entries()) {
    const earlier = dependencies.slice(0, index).find((earlier) => mayOverlap(earlier.imports, later.imports));
    if (!earlier) continue;
    const fix = 'name an interface, or a version, in both';
    diagnostics.error(later, `the dependency conflicts with ${JSON.stringify(earlier.value)}`, fix);
  }
}

function mayOverlap(a: DependencyImports, b: DependencyImports): boolean {
  if (a.tag !== 'package' || b.tag !== 'package' || a.val.package !== b.val.package) return false;
  const { interface: x, version: v } = a.val;
  const { interface: y, version: w } = b.val;
  if (v !== undefined && w !== undefined && !isCompatible(v, w)) return false;
  return x === undefined || y === undefined || x === y;
}
