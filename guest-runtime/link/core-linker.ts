// Links the core half of a component: core instances, and the canonical definitions that join them to the component.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canonical-definitions

import type { CanonicalOptions, CoreItem, PlanCoreImport, PlanFunctionType } from '../../host/gen/runtime.ts';
import { findMismatch } from './core-item-type.ts';
import type { CoreImport } from './core-module.ts';
import type { CanonicalOptionIndices, Definition, NamedIndex } from './definition.ts';
import type { CoreFunctionEntity, CoreInstanceEntity, Entity, FunctionEntity, Scope } from './entity.ts';
import { signatureOf } from './layout.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { MalformedComponentError } from './reader.ts';
import { weightOfText } from './weight.ts';

type Definitions<K extends Definition['kind']> = Definition & { kind: K };

/** Adds a core instance to the plan, each of its imports bound to what the arguments name. */
export function linkCoreInstance(
  builder: PlanBuilder,
  scope: Scope,
  definition: Definitions<'core-instantiate'>,
): CoreInstanceEntity {
  const { offset } = definition;
  const { module, contents } = scope.lookup('core-module', definition.module, offset);
  requireDistinct(definition.args, 'given', offset);
  const args = new Map(definition.args.map((arg) => [arg.name, scope.lookup('core-instance', arg.index, offset)]));
  const imports: PlanCoreImport[] = contents.imports.map((coreImport) => {
    builder.count(1 + weightOfText(coreImport.module, coreImport.name), offset);
    const found = args.get(coreImport.module)?.exported(coreImport.name);
    const item = matchCoreImport(coreImport, found, offset);
    return { module: coreImport.module, name: coreImport.name, item };
  });
  const instance = builder.plan.coreInstances.push({ module, imports }) - 1;
  const exported = (name: string): Entity | undefined => {
    const found = contents.exports.get(name);
    return found && createCoreEntity(found, builder.coreExport(instance, name));
  };
  return { sort: 'core-instance', exported };
}

function matchCoreImport(wanted: CoreImport, found: Entity | undefined, offset: number): CoreItem {
  const name = `"${wanted.module}" "${wanted.name}"`;
  if (found === undefined) throw new MalformedComponentError(`nothing is given for core import ${name}`, offset);
  const item = 'item' in found && found.sort === wanted.sort ? found.item : null;
  if (item === null) {
    throw new MalformedComponentError(`core import ${name} is a ${wanted.sort}, not a ${found.sort}`, offset);
  }
  if (found.sort === 'core-func' && found.signature !== wanted.signature) {
    const types = `is of type ${wanted.signature}, not ${found.signature}`;
    throw new MalformedComponentError(`core import ${name} ${types}`, offset);
  }
  if (found.sort !== 'core-func' && 'item' in found) {
    const mismatch = findMismatch(found.type, wanted.type);
    if (mismatch) throw new MalformedComponentError(`core import ${name} is ${mismatch}`, offset);
  }
  return item;
}

function createCoreEntity(
  { sort, signature, type }: Omit<CoreImport, 'module' | 'name'>,
  item: CoreItem,
): Entity | undefined {
  switch (sort) {
    case 'core-func':
      return { sort, item, signature };
    case 'core-table':
    case 'core-memory':
    case 'core-global':
    case 'core-tag':
      return { sort, item, type };
    default:
      return undefined;
  }
}

/** Makes a core instance of entities that are there already. */
export function bundleCoreInstance(scope: Scope, exports: readonly NamedIndex[], offset: number): CoreInstanceEntity {
  requireDistinct(exports, 'exported', offset);
  const entities = new Map(exports.map((entry) => [entry.name, scope.lookup(entry.sort, entry.index, offset)]));
  return { sort: 'core-instance', exported: (name) => entities.get(name) };
}

function requireDistinct(entries: readonly NamedIndex[], done: 'given' | 'exported', offset: number): void {
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw new MalformedComponentError(`"${name}" is ${done} twice`, offset);
    names.add(name);
  }
}

export function linkLift(builder: PlanBuilder, scope: Scope, definition: Definitions<'lift'>): FunctionEntity {
  const { offset } = definition;
  const callee = scope.lookup('core-func', definition.coreFunction, offset);
  const typeEntity = scope.lookup('type', definition.type, offset);
  if (typeEntity.kind !== 'function') throw new MalformedComponentError('canon lift to what is not a function', offset);
  const { type } = typeEntity;
  builder.count(type.params.length, offset);
  const signature = signatureOf(type, 'lift', builder.table.layouts);
  requireSignature('lifted core function', callee, signature, offset);
  const options = linkOptions(scope, definition.options, offset);
  const postReturn = definition.options.postReturn;
  if (postReturn !== null) {
    const results = signature.slice(signature.indexOf(':') + 1);
    requireSignature('post-return', scope.lookup('core-func', postReturn, offset), `${results}:`, offset);
  }
  requireOptions(builder, type, signature, 'lift', options, offset);
  const lifted = builder.plan.lifted.push({
    instance: scope.instance,
    function: callee.item,
    type: builder.internFunctionType(type),
    options,
  });
  return { sort: 'func', type, origin: { kind: 'lifted', lifted: lifted - 1 } };
}

export function linkLower(builder: PlanBuilder, scope: Scope, definition: Definitions<'lower'>): CoreFunctionEntity {
  const { offset } = definition;
  const callee = scope.lookup('func', definition.function, offset);
  builder.count(callee.type.params.length, offset);
  const signature = signatureOf(callee.type, 'lower', builder.table.layouts);
  const options = linkOptions(scope, definition.options, offset);
  requireOptions(builder, callee.type, signature, 'lower', options, offset);
  const lowered = { instance: scope.instance, callee: builder.calleeOf(callee), options };
  return { sort: 'core-func', item: { tag: 'lowered', val: builder.plan.lowered.push(lowered) - 1 }, signature };
}

const BUILTIN_SIGNATURES = { 'resource-new': 'i:i', 'resource-drop': 'i:', 'resource-rep': 'i:i' } as const;

export function linkResourceBuiltin(
  builder: PlanBuilder,
  scope: Scope,
  definition: Definitions<'resource-new' | 'resource-drop' | 'resource-rep'>,
): CoreFunctionEntity {
  const { kind, offset } = definition;
  const entity = scope.lookup('type', definition.resource, offset);
  if (entity.kind !== 'resource') throw new MalformedComponentError(`canon ${kind} of what is not a resource`, offset);
  const resource = builder.plan.resources[entity.resource];
  const isOwn = resource?.tag === 'guest' && resource.val.instance === scope.instance;
  if (kind !== 'resource-drop' && !isOwn) {
    throw new MalformedComponentError(`canon ${kind} of a resource type that another defines`, offset);
  }
  const val = { instance: scope.instance, resource: entity.resource };
  return { sort: 'core-func', item: { tag: kind, val }, signature: BUILTIN_SIGNATURES[kind] };
}

function linkOptions(scope: Scope, indices: CanonicalOptionIndices, offset: number): CanonicalOptions {
  const options: CanonicalOptions = { encoding: indices.encoding };
  if (indices.memory !== null) options.memory = scope.lookup('core-memory', indices.memory, offset).item;
  if (indices.realloc !== null) {
    const realloc = scope.lookup('core-func', indices.realloc, offset);
    requireSignature('realloc', realloc, 'iiii:i', offset);
    options.realloc = realloc.item;
  }
  if (indices.postReturn !== null) {
    options.postReturn = scope.lookup('core-func', indices.postReturn, offset).item;
  }
  return options;
}

function requireSignature(what: string, entity: CoreFunctionEntity, signature: string, offset: number): void {
  if (entity.signature === signature) return;
  throw new MalformedComponentError(`${what} is of type ${entity.signature}, not ${signature}`, offset);
}

/** Refuses a definition whose values need a memory or an allocator that it does not name. */
function requireOptions(
  builder: PlanBuilder,
  type: PlanFunctionType,
  signature: string,
  direction: 'lift' | 'lower',
  options: CanonicalOptions,
  offset: number,
): void {
  const { table } = builder;
  const [params = '', results = ''] = signature.split(':');
  const flatParams = type.params.reduce((count, param) => count + (table.layouts[param.type]?.flat.length ?? 0), 0);
  const hasParamPointer = type.params.some((param) => table.hasPointer(param.type));
  const hasResultPointer = type.result !== undefined && table.hasPointer(type.result);
  const flatResult = type.result === undefined ? 0 : (table.layouts[type.result]?.flat.length ?? 0);
  const isSpilled = flatParams > params.length || flatResult > results.length;
  const needsMemory = hasParamPointer || hasResultPointer || isSpilled;
  const needsRealloc = direction === 'lift' ? hasParamPointer || flatParams > params.length : hasResultPointer;
  if (needsMemory && !options.memory) throw new MalformedComponentError(`canon ${direction} needs a memory`, offset);
  if (needsRealloc && !options.realloc) throw new MalformedComponentError(`canon ${direction} needs a realloc`, offset);
}
