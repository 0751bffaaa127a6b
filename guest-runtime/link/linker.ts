// Links a component: carries out its definitions symbolically, nested components included, and leaves a link plan.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md
// What a component imports at its top level, the host provides; what nested components import, the definitions around them give.

import type { LinkPlan } from '../../host/gen/runtime.ts';
import { bundleCoreInstance, linkCoreInstance, linkLift, linkLower, linkResourceBuiltin } from './core-linker.ts';
import { readCoreModule } from './core-module.ts';
import type { Definition, NamedIndex } from './definition.ts';
import { type ComponentEntity, type CoreModuleEntity, type Entity, type InstanceEntity, Scope } from './entity.ts';
import { parseComponent } from './parser.ts';
import { PlanBuilder } from './plan-builder.ts';
import { type ElementBudget, MalformedComponentError, UnsupportedComponentError } from './reader.ts';
import { createHostEntity, exportOf, resolveType } from './type-resolver.ts';

/** Components can instantiate components that they were given, so instantiation nests deeper than the text does. */
const MAX_INSTANTIATION_DEPTH = 100;
const MAX_CORE_ELEMENTS = 1_000_000;

/**
 * Links a component into a plan. Throws `MalformedComponentError` with the offset of what is wrong, or
 * `UnsupportedComponentError` for what another engine may know.
 */
export function linkComponent(bytes: Uint8Array): LinkPlan {
  const linker = new Linker(bytes);
  const definition = parseComponent(bytes);
  const instance = linker.instantiate({ sort: 'component', definition, scope: null }, null, 0, 0);
  const { plan } = linker.builder;
  for (const entry of definition.definitions) if (entry.kind === 'import') plan.imports.push(entry.name);
  plan.exports.push(...instance.exports.keys());
  for (const [name, entity] of instance.exports) linker.exportEntity(name, '', entity);
  return plan;
}

class Linker {
  readonly bytes: Uint8Array;
  readonly builder = new PlanBuilder();
  private readonly coreModules = new Map<number, CoreModuleEntity>();
  private readonly coreBudget: ElementBudget = { left: MAX_CORE_ELEMENTS };

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Carries out a component's definitions. `args` is null for the outermost component, whose imports the host provides. */
  instantiate(
    component: ComponentEntity,
    args: ReadonlyMap<string, Entity> | null,
    depth: number,
    offset: number,
  ): InstanceEntity {
    if (depth > MAX_INSTANTIATION_DEPTH) {
      throw new UnsupportedComponentError(`instantiation more than ${MAX_INSTANTIATION_DEPTH} deep`, offset);
    }
    const scope = new Scope(component.scope, this.builder.addComponentInstance());
    const exports = new Map<string, Entity>();
    for (const definition of component.definition.definitions) {
      this.builder.countDefinition(definition.offset);
      const entity = this.carryOut(scope, definition, args, depth);
      if (definition.kind === 'export') {
        if (exports.has(definition.name)) {
          throw new MalformedComponentError(`"${definition.name}" is exported twice`, definition.offset);
        }
        exports.set(definition.name, entity);
      }
      scope.define(entity);
    }
    return { sort: 'instance', exports };
  }

  private carryOut(
    scope: Scope,
    definition: Definition,
    args: ReadonlyMap<string, Entity> | null,
    depth: number,
  ): Entity {
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
        return this.instantiate(component, namedEntities(scope, definition.args, offset), depth + 1, offset);
      }
      case 'exports':
        return { sort: 'instance', exports: namedEntities(scope, definition.exports, offset) };
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
        return this.resolveImport(scope, definition, args);
      case 'export':
        return scope.lookup(definition.sort, definition.index, offset);
      case 'export-declaration':
        throw new MalformedComponentError('a component has no export declarations', offset);
      default:
        return linkResourceBuiltin(this.builder, scope, definition);
    }
  }

  /** A component that is instantiated twice has its modules once. */
  private linkCoreModule(definition: Definition & { kind: 'core-module' }): CoreModuleEntity {
    const known = this.coreModules.get(definition.start);
    if (known) return known;
    const contents = readCoreModule(this.bytes, definition.start, definition.end, this.coreBudget);
    const module = this.builder.plan.modules.push({ start: definition.start, end: definition.end }) - 1;
    const entity: CoreModuleEntity = { sort: 'core-module', module, contents };
    this.coreModules.set(definition.start, entity);
    return entity;
  }

  private resolveImport(
    scope: Scope,
    definition: Definition & { kind: 'import' },
    args: ReadonlyMap<string, Entity> | null,
  ): Entity {
    const { name, description, offset } = definition;
    if (args === null) {
      return createHostEntity(this.builder, scope, description, { interface: name, name: '' }, offset);
    }
    const entity = args.get(name);
    if (entity?.sort === description.sort) return entity;
    throw new MalformedComponentError(`no ${description.sort} is given for import "${name}"`, offset);
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

function namedEntities(scope: Scope, entries: readonly NamedIndex[], offset: number): Map<string, Entity> {
  return new Map(entries.map((entry) => [entry.name, scope.lookup(entry.sort, entry.index, offset)]));
}

function coreExportOf(scope: Scope, alias: Definition & { kind: 'alias-core-export' }): Entity {
  const entity = scope.lookup('core-instance', alias.instance, alias.offset).exported(alias.name);
  if (entity?.sort === alias.sort) return entity;
  throw new MalformedComponentError(
    `core instance ${alias.instance} exports no ${alias.sort} "${alias.name}"`,
    alias.offset,
  );
}
