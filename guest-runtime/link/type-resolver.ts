// Resolves type definitions and the descriptions of imports: indices of a scope become types of the plan, and what the host is
// to provide becomes entities of the host.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-definitions

import type { PlanField, PlanFunctionType, PlanType, TypeIndex } from '../../host/gen/runtime.ts';
import type { Definition, ExternDescription, TypeDefinition, ValueRef } from './definition.ts';
import { type Entity, type HostName, type InstanceEntity, Scope, type TypeEntity } from './entity.ts';
import { distinctionOf } from './extern-name.ts';
import { checkMember } from './member.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { MalformedComponentError, UnsupportedComponentError } from './reader.ts';
import { weightOf, weightOfText } from './weight.ts';

/** Resolves a type definition of `scope`. A resource type is new with each call. */
export function resolveType(builder: PlanBuilder, scope: Scope, type: TypeDefinition, offset: number): TypeEntity {
  switch (type.kind) {
    case 'func':
      return { sort: 'type', kind: 'function', type: resolveFunctionType(builder, scope, type, offset) };
    case 'component':
    case 'instance':
      return { sort: 'type', kind: type.kind, declarations: type.declarations, scope };
    case 'resource': {
      const destructor = type.destructor === null ? undefined : scope.lookup('core-func', type.destructor, offset);
      if (destructor && destructor.signature !== 'i:') {
        throw new MalformedComponentError('destructor does not take one i32', offset);
      }
      const val = { instance: scope.instance, ...(destructor && { destructor: destructor.item }) };
      return { sort: 'type', kind: 'resource', resource: builder.addResource({ tag: 'guest', val }) };
    }
    default:
      return { sort: 'type', kind: 'value', type: internType(builder, planType(builder, scope, type, offset), offset) };
  }
}

type ValueDefinition = Exclude<TypeDefinition, { kind: 'func' | 'component' | 'instance' | 'resource' }>;

function planType(builder: PlanBuilder, scope: Scope, type: ValueDefinition, offset: number): PlanType {
  const resolve = (ref: ValueRef) => resolveValue(builder, scope, ref, offset);
  switch (type.kind) {
    case 'primitive':
      return { tag: 'primitive', val: type.primitive };
    case 'record':
      return { tag: 'record', val: type.fields.map((field) => ({ name: field.name, type: resolve(field.type) })) };
    case 'variant':
      return {
        tag: 'variant',
        val: type.cases.map(({ name, type: ref }) => (ref === null ? { name } : { name, type: resolve(ref) })),
      };
    case 'list':
    case 'option':
      return { tag: type.kind, val: resolve(type.element) };
    case 'tuple':
      return { tag: 'tuple', val: type.elements.map((element) => ({ type: resolve(element) })) };
    case 'flags':
    case 'enum':
      return { tag: type.kind, val: [...type.names] };
    case 'result':
      return {
        tag: 'result',
        val: {
          ...(type.ok !== null && { ok: resolve(type.ok) }),
          ...(type.error !== null && { error: resolve(type.error) }),
        },
      };
    default: {
      const entity = scope.lookup('type', type.resource, offset);
      if (entity.kind !== 'resource') throw new MalformedComponentError('a handle is of a resource type', offset);
      return { tag: type.kind, val: entity.resource };
    }
  }
}

function resolveValue(builder: PlanBuilder, scope: Scope, ref: ValueRef, offset: number): TypeIndex {
  if (typeof ref === 'string') return builder.table.primitive(ref);
  const entity = scope.lookup('type', ref, offset);
  if (entity.kind !== 'value') throw new MalformedComponentError(`type ${ref} is not a value type`, offset);
  return entity.type;
}

function internType(builder: PlanBuilder, type: PlanType, offset: number): TypeIndex {
  try {
    return builder.table.intern(type);
  } catch (error) {
    if (error instanceof RangeError) throw new MalformedComponentError(error.message, offset);
    throw error;
  }
}

function resolveFunctionType(
  builder: PlanBuilder,
  scope: Scope,
  type: TypeDefinition & { kind: 'func' },
  offset: number,
): PlanFunctionType {
  const params: PlanField[] = type.params.map((param) => ({
    name: param.name,
    type: resolveValue(builder, scope, param.type, offset),
  }));
  if (type.result === null) return builder.functionType({ params });
  const result = resolveValue(builder, scope, type.result, offset);
  if (builder.table.hasBorrow(result)) throw new MalformedComponentError('a result holds a borrowed handle', offset);
  return builder.functionType({ params, result });
}

/** Makes the entity for what the host provides: a function or a resource of its own, or all that an instance type declares. */
export function createHostEntity(
  builder: PlanBuilder,
  scope: Scope,
  description: ExternDescription,
  host: HostName,
  offset: number,
): Entity {
  switch (description.sort) {
    case 'func':
      return { sort: 'func', type: functionTypeAt(scope, description.type, offset), origin: { kind: 'host', ...host } };
    case 'type':
      if (description.bound.kind === 'eq') return scope.lookup('type', description.bound.type, offset);
      return { sort: 'type', kind: 'resource', resource: builder.internHostResource(host) };
    case 'instance': {
      const interfaceName = host.name === '' ? host.interface : `${host.interface}/${host.name}`;
      return createInstance(builder, instanceTypeAt(scope, description.type, offset), offset, (inner, declaration) => {
        builder.count(weightOfText(interfaceName), declaration.offset);
        const names = { interface: interfaceName, name: declaration.name, dependency: host.dependency };
        return createHostEntity(builder, inner, declaration.description, names, declaration.offset);
      });
    }
    default:
      throw new UnsupportedComponentError(`import of a ${description.sort}`, offset);
  }
}

export function functionTypeAt(scope: Scope, index: number, offset: number): PlanFunctionType {
  const entity = scope.lookup('type', index, offset);
  if (entity.kind !== 'function') throw new MalformedComponentError('a function is of a function type', offset);
  return entity.type;
}

export type InstanceType = TypeEntity & { readonly kind: 'instance' | 'component' };

export function instanceTypeAt(scope: Scope, index: number, offset: number): InstanceType {
  const entity = scope.lookup('type', index, offset);
  if (entity.kind !== 'instance') throw new MalformedComponentError('an instance is of an instance type', offset);
  return entity;
}

type ExportDeclaration = Definition & { readonly kind: 'export-declaration' };

type Provide = (scope: Scope, declaration: ExportDeclaration) => Entity;

/** Makes an instance of an instance type, wanted at `offset`; `provide` gives what it declares to export, in the scope of its declarations. */
export function createInstance(
  builder: PlanBuilder,
  type: InstanceType,
  offset: number,
  provide: Provide,
): InstanceEntity {
  return builder.enterInstance(offset, () => enterInstance(builder, type, provide));
}

function enterInstance(builder: PlanBuilder, type: InstanceType, provide: Provide): InstanceEntity {
  const scope = new Scope(type.scope, type.scope.instance);
  const exports = new Map<string, Entity>();
  const names = new Set<string>();
  for (const declaration of type.declarations) {
    builder.count(weightOf(declaration), declaration.offset);
    const isExport = declaration.kind === 'export-declaration';
    const entity = isExport ? provide(scope, declaration) : declare(builder, scope, declaration);
    if (isExport) {
      const distinction = distinctionOf(declaration.name);
      if (names.has(distinction)) throw twice(declaration);
      names.add(distinction);
      if (entity.sort === 'func') {
        checkMember(declaration.name, entity.type, exports, builder.table.types, declaration.offset);
      }
      exports.set(declaration.name, entity);
    }
    scope.define(entity);
  }
  return { sort: 'instance', exports };
}

function twice({ name, offset }: ExportDeclaration): MalformedComponentError {
  return new MalformedComponentError(`"${name}" is exported twice`, offset);
}

/** Carries out a definition of those that stand in an instance type, exports apart. */
export function declare(builder: PlanBuilder, scope: Scope, declaration: Definition): Entity {
  const { offset } = declaration;
  switch (declaration.kind) {
    case 'core-type':
      return { sort: 'core-type' };
    case 'type':
      if (declaration.type.kind !== 'resource') return resolveType(builder, scope, declaration.type, offset);
      throw new MalformedComponentError('an instance type cannot define a resource', offset);
    case 'alias-outer':
      return scope.outer(declaration.count, offset).lookup(declaration.sort, declaration.index, offset);
    case 'alias-export':
      return exportOf(scope, declaration);
    default:
      throw new MalformedComponentError(`an instance type cannot declare a ${declaration.kind}`, offset);
  }
}

/** Returns what an alias of an instance's export leads to. */
export function exportOf(scope: Scope, alias: Definition & { kind: 'alias-export' }): Entity {
  const entity = scope.lookup('instance', alias.instance, alias.offset).exports.get(alias.name);
  if (entity?.sort === alias.sort) return entity;
  throw new MalformedComponentError(
    `instance ${alias.instance} exports no ${alias.sort} "${alias.name}"`,
    alias.offset,
  );
}
