// Functions that belong to a resource, as their names say: constructors, methods and static functions.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions

import type { PlanFunctionType, PlanType, TypeIndex } from '../../host/gen/runtime.ts';
import type { Entity } from './entity.ts';
import { MalformedComponentError } from './reader.ts';

const MEMBER = /^\[(constructor|method|static)\]([^.]+)/;

/**
 * Refuses a function whose name says that it belongs to a resource, where `exports` before it have no such resource, or it is not of the form
 * that its name says. `types` are those of the plan.
 */
export function checkMember(
  name: string,
  type: PlanFunctionType,
  exports: ReadonlyMap<string, Entity>,
  types: readonly PlanType[],
  offset: number,
): void {
  const [, kind, label = ''] = MEMBER.exec(name) ?? [];
  if (kind === undefined) return;
  const owner = exports.get(label);
  if (owner?.sort !== 'type' || owner.kind !== 'resource') {
    throw new MalformedComponentError(`"${name}" belongs to no resource beside it`, offset);
  }
  const isHandle = (tag: 'own' | 'borrow', index: TypeIndex | undefined): boolean => {
    const handle = index === undefined ? undefined : types[index];
    return handle?.tag === tag && handle.val === owner.resource;
  };
  const [self] = type.params;
  if (kind === 'method' && !(self?.name === 'self' && isHandle('borrow', self.type))) {
    throw new MalformedComponentError(`"${name}" does not take a borrowed handle as "self" first`, offset);
  }
  const made = type.result === undefined ? undefined : types[type.result];
  const isMade = isHandle('own', type.result) || (made?.tag === 'result' && isHandle('own', made.val.ok));
  if (kind === 'constructor' && !isMade) {
    throw new MalformedComponentError(`"${name}" does not return a handle that its caller owns`, offset);
  }
}
