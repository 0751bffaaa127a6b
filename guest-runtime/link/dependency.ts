// Finds which dependency satisfies which import of a component, by Spin's rules.
// https://github.com/spinframework/spin/tree/main/crates/compose

import type { DependencyImports, LinkDependency } from '../../host/gen/runtime.ts';
import { readComponentExterns } from './externs.ts';

/** Why a dependency, whose name in the manifest is `dependency`, cannot be linked. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError';
  readonly dependency: string;
  readonly fix: string | undefined;

  constructor(dependency: string, problem: string, fix?: string) {
    super(`dependency ${JSON.stringify(dependency)} ${problem}`);
    this.dependency = dependency;
    this.fix = fix;
  }
}

type Candidate = Pick<LinkDependency, 'name' | 'imports' | 'component'>;

/**
 * Returns the index of the dependency that satisfies each import, by the import's name; imports of the host are not among them.
 * Throws a `DependencyError` for a dependency that satisfies none of those that it is said to, and for two that satisfy the same one.
 */
export function assignDependencies(
  imports: readonly string[],
  dependencies: readonly Candidate[],
): ReadonlyMap<string, number> {
  const assigned = new Map<string, number>();
  for (const [index, { name, imports: wanted }] of dependencies.entries()) {
    const matching = imports.filter((importName) => wanted && isMatch(wanted, importName));
    if (wanted && matching.length === 0) {
      const fix = `the component imports ${imports.join(', ') || 'nothing'}`;
      throw new DependencyError(name, "satisfies none of the component's imports", fix);
    }
    for (const importName of matching) {
      const other = dependencies[assigned.get(importName) ?? -1];
      if (other) {
        const problem = `satisfies the import "${importName}", which ${JSON.stringify(other.name)} satisfies too`;
        throw new DependencyError(name, problem, 'name the interface of each');
      }
      assigned.set(importName, index);
    }
  }
  for (const [index, { imports: wanted, component }] of dependencies.entries()) {
    const exports = new Set(wanted ? [] : readComponentExterns(component).exports);
    for (const name of imports) if (exports.has(name) && !assigned.has(name)) assigned.set(name, index);
  }
  return assigned;
}

/** Whether an import's name is meant: a plain one by itself, an interface by those of its parts that are given. */
function isMatch(wanted: DependencyImports, importName: string): boolean {
  if (wanted.tag === 'plain') return importName === wanted.val;
  const [, packageName, interfaceName, version] = /^([^/]+)\/([^@]+)(?:@(.+))?$/.exec(importName) ?? [];
  const {
    package: wantedPackage,
    interface: wantedInterface = interfaceName,
    version: wantedVersion = version,
  } = wanted.val;
  return packageName === wantedPackage && interfaceName === wantedInterface && version === wantedVersion;
}
