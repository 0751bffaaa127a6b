// Links a component: carries out its definitions symbolically, nested components included, and leaves a link plan.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md
// What a component imports at its top level, its dependencies and the host provide; what nested components import, the definitions
// around them give.

import type { LinkDependency, LinkPlan } from '../../host/gen/runtime.ts';
import { bundleCoreInstance, linkCoreInstance, linkLift, linkLower, linkResourceBuiltin } from './core-linker.ts';
import { readCoreModule } from './core-module.ts';
import type { ComponentDefinition, Definition, NamedIndex } from './definition.ts';
import { assignDependencies, DependencyError } from './dependency.ts';
import { type ComponentEntity, type CoreModuleEntity, type Entity, type InstanceEntity, Scope } from './entity.ts';
import { distinctionOf } from './extern-name.ts';
import { matchEntity } from './match.ts';
import { parseComponent } from './parser.ts';
import { PlanBuilder } from './plan-builder.ts';
import { type ElementBudget, MalformedComponentError, UnsupportedComponentError } from './reader.ts';
import { createHostEntity, exportOf, resolveType } from './type-resolver.ts';
import { weightOf } from './weight.ts';

/** Components can instantiate components that they were given, so instantiation nests deeper than the text does. */
const MAX_INSTANTIATION_DEPTH = 100;
const MAX_CORE_ELEMENTS = 1_000_000;

/**
 * Links a component and its dependencies into a plan. Throws `MalformedComponentError` with the offset of what is wrong,
 * `UnsupportedComponentError` for what another engine may know, or a `DependencyError`.
 */
export function linkComponent(bytes: Uint8Array, dependencies: readonly LinkDependency[] = []): LinkPlan {
  const linker = new Linker([bytes, ...dependencies.map(({ component }) => component)]);
  const { plan } = linker.builder;
  const definition = parseComponent(bytes);
  const imports = namesOfImports(definition);
  const assigned = assignDependencies(imports, dependencies);
  for (const name of imports) if (!assigned.has(name)) linker.hostImports.add(name);
  const used = new Set(assigned.values());
  const instances = dependencies.map((dependency, index) =>
    used.has(index) ? linker.instantiateDependency(dependency, index) : null,
  );
  const instance = linker.instantiateOuter(definition, (scope, imported) => {
    const index = assigned.get(imported.name);
    const [dependency, exporter] = [dependencies[index ?? -1], instances[index ?? -1]];
    return dependency && exporter
      ? linker.takeExport(scope, imported, dependency, exporter)
      : linker.importFromHost(scope, imported, null);
  });
  for (const name of linker.hostImports) plan.imports.push(name);
  for (const [name, entity] of instance.exports) {
    plan.exports.push(name);
    linker.exportEntity(name, '', entity);
  }
  return plan;
}

function namesOfImports({ definitions }: ComponentDefinition): string[] {
  return definitions.flatMap((definition) => (definition.kind === 'import' ? definition.name : []));
}

type Import = Definition & { readonly kind: 'import' };

/** Gives what satisfies an import of a component, whose scope is `scope`. */
type Provide = (scope: Scope, imported: Import) => Entity;

class Linker {
  readonly builder = new PlanBuilder();
  /** What the component and its dependencies import of the host. */
  readonly hostImports = new Set<string>();
  /** The component's bytes, then those of its dependencies. */
  private readonly files: readonly Uint8Array[];
  private readonly coreModules = new Map<Definition, CoreModuleEntity>();
  private readonly coreBudget: ElementBudget = { left: MAX_CORE_ELEMENTS };

  constructor(files: readonly Uint8Array[]) {
    this.files = files;
  }

  /** Instantiates a component that no other one encloses. */
  instantiateOuter(definition: ComponentDefinition, provide: Provide): InstanceEntity {
    return this.instantiate({ sort: 'component', definition, scope: null }, provide, 0, 0);
  }

  /** Instantiates dependency `index`, whose imports all come from the host. */
  instantiateDependency({ name, component, inherit }: LinkDependency, index: number): InstanceEntity {
    return blame(name, 'cannot be linked', () => {
      const definition = parseComponent(component);
      for (const imported of namesOfImports(definition)) this.hostImports.add(imported);
      const grants = inherit.tag === 'all' ? null : index;
      return this.instantiateOuter(definition, (scope, imported) => this.importFromHost(scope, imported, grants));
    });
  }

  importFromHost(scope: Scope, { name, description, offset }: Import, dependency: number | null): Entity {
    return createHostEntity(this.builder, scope, description, { interface: name, name: '', dependency }, offset);
  }

  /** Takes what satisfies an import out of the exports of a dependency. */
  takeExport(scope: Scope, imported: Import, dependency: LinkDependency, { exports }: InstanceEntity): Entity {
    const name = dependency.export ?? imported.name;
    const entity = exports.get(name);
    if (entity === undefined) {
      const fix = `it exports ${[...exports.keys()].join(', ') || 'nothing'}: name one of these as its \`export\``;
      throw new DependencyError(dependency.name, `exports no "${name}" for the import "${imported.name}"`, fix);
    }
    return blame(dependency.name, `does not fit the import "${imported.name}"`, () =>
      matchEntity(this.builder, scope, imported.description, entity, `"${name}"`, imported.offset),
    );
  }

  /** Carries out a component's definitions. */
  private instantiate(component: ComponentEntity, provide: Provide, depth: number, offset: number): InstanceEntity {
    if (depth > MAX_INSTANTIATION_DEPTH) {
      throw new UnsupportedComponentError(`instantiation more than ${MAX_INSTANTIATION_DEPTH} deep`, offset);
    }
    const scope = new Scope(component.scope, this.builder.addComponentInstance());
    const imports = new Set<string>();
    const exported = new Set<string>();
    const exports = new Map<string, Entity>();
    for (const definition of component.definition.definitions) {
      this.builder.count(weightOf(definition), definition.offset);
      const entity = this.carryOut(scope, definition, provide, depth);
      if (definition.kind === 'import') {
        claim(imports, definition.name, 'imported', definition.offset);
      } else if (definition.kind === 'export') {
        claim(exported, definition.name, 'exported', definition.offset);
        exports.set(definition.name, entity);
      }
      scope.define(entity);
    }
    return { sort: 'instance', exports };
  }

  private carryOut(scope: Scope, definition: Definition, provide: Provide, depth: number): Entity {
    const { offset } = definition;
    switch (definition.kind) {
      case 'core-module':
        return this.linkCoreModule(definition);
      case 'core-instantiate':
        return linkCoreInstance(this.builder, scope, definition);
      case 'core-exports':
        return bundleCoreInstance(scope, definition.exports, offset);
      case 'core-type':
        return { sort: 'core-type' };
      case 'component':
        return { sort: 'component', definition: definition.component, scope };
      case 'instantiate': {
        const component = scope.lookup('component', definition.component, offset);
        const args = namedEntities(scope, definition.args, 'given', offset);
        return this.instantiate(
          component,
          (inner, imported) => this.takeArgument(inner, imported, args),
          depth + 1,
          offset,
        );
      }
      case 'exports':
        return { sort: 'instance', exports: namedEntities(scope, definition.exports, 'exported', offset) };
      case 'alias-export':
        return exportOf(scope, definition);
      case 'alias-core-export':
        return coreExportOf(scope, definition);
      case 'alias-outer':
        return scope.outer(definition.count, offset).lookup(definition.sort, definition.index, offset);
      case 'type':
        return resolveType(this.builder, scope, definition.type, offset);
      case 'lift':
        return linkLift(this.builder, scope, definition);
      case 'lower':
        return linkLower(this.builder, scope, definition);
      case 'import':
        return provide(scope, definition);
      case 'export':
        return this.linkExport(scope, definition);
      case 'export-declaration':
        throw new MalformedComponentError('a component has no export declarations', offset);
      default:
        return linkResourceBuiltin(this.builder, scope, definition);
    }
  }

  /** A component that is instantiated twice has its modules once. */
  private linkCoreModule(definition: Definition & { kind: 'core-module' }): CoreModuleEntity {
    const known = this.coreModules.get(definition);
    if (known) return known;
    const { bytes, start, end } = definition;
    const contents = readCoreModule(bytes, start, end, this.coreBudget);
    const module = this.builder.plan.modules.push({ file: this.files.indexOf(bytes), start, end }) - 1;
    const entity: CoreModuleEntity = { sort: 'core-module', module, contents };
    this.coreModules.set(definition, entity);
    return entity;
  }

  private takeArgument(scope: Scope, imported: Import, args: ReadonlyMap<string, Entity>): Entity {
    const { name, description, offset } = imported;
    const entity = args.get(name);
    if (entity === undefined) {
      throw new MalformedComponentError(`no ${description.sort} is given for import "${name}"`, offset);
    }
    return matchEntity(this.builder, scope, description, entity, `what is given for import "${name}"`, offset);
  }

  private linkExport(scope: Scope, definition: Definition & { kind: 'export' }): Entity {
    const { name, sort, index, description, offset } = definition;
    const entity = scope.lookup(sort, index, offset);
    if (description === null) return entity;
    return matchEntity(this.builder, scope, description, entity, `export "${name}"`, offset);
  }

  /** Enters an export of the outermost component into the plan: a function, a resource, or an instance of both. */
  exportEntity(interfaceName: string, name: string, entity: Entity): void {
    const { plan } = this.builder;
    if (entity.sort === 'func') {
      const type = this.builder.internFunctionType(entity.type);
      plan.exportedFunctions.push({ interface: interfaceName, name, callee: this.builder.calleeOf(entity), type });
    } else if (entity.sort === 'type' && entity.kind === 'resource') {
      plan.exportedResources.push({ interface: interfaceName, name, resource: entity.resource });
    } else if (entity.sort === 'instance' && name === '') {
      for (const [inner, member] of entity.exports) this.exportEntity(interfaceName, inner, member);
    }
  }
}

/** Says of an error which dependency is at fault. */
function blame<T>(dependency: string, problem: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MalformedComponentError || error instanceof UnsupportedComponentError)) throw error;
    throw new DependencyError(dependency, `${problem}: ${error.message}`);
  }
}

function namedEntities(
  scope: Scope,
  entries: readonly NamedIndex[],
  done: 'given' | 'exported',
  offset: number,
): Map<string, Entity> {
  const entities = new Map<string, Entity>();
  for (const { name, sort, index } of entries) {
    if (entities.has(name)) throw twice(name, done, offset);
    entities.set(name, scope.lookup(sort, index, offset));
  }
  return entities;
}

function claim(names: Set<string>, name: string, done: 'imported' | 'exported', offset: number): void {
  const distinction = distinctionOf(name);
  if (names.has(distinction)) throw twice(name, done, offset);
  names.add(distinction);
}

function twice(name: string, done: 'imported' | 'given' | 'exported', offset: number): MalformedComponentError {
  return new MalformedComponentError(`"${name}" is ${done} twice`, offset);
}

function coreExportOf(scope: Scope, alias: Definition & { kind: 'alias-core-export' }): Entity {
  const entity = scope.lookup('core-instance', alias.instance, alias.offset).exported(alias.name);
  if (entity?.sort === alias.sort) return entity;
  throw new MalformedComponentError(
    `core instance ${alias.instance} exports no ${alias.sort} "${alias.name}"`,
    alias.offset,
  );
}
