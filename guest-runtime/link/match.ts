// Compares what is given for an import, or exported, with what it is declared to be, and shows no more of it than that.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Subtyping.md
// Components and core modules are not compared here: whoever instantiates one looks at the thing itself.

import type { ExternDescription } from './definition.ts';
import type { Entity, EntityOf, Scope, TypeEntity } from './entity.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { MalformedComponentError } from './reader.ts';
import { createInstance, functionTypeAt, instanceTypeAt } from './type-resolver.ts';

/** Returns `entity` as `description` has it. Throws a `MalformedComponentError` that names what does not fit as `what`. */
export function matchEntity(
  builder: PlanBuilder,
  scope: Scope,
  description: ExternDescription,
  entity: Entity,
  what: string,
  offset: number,
): Entity {
  if (description.sort !== entity.sort)
    throw mismatch(what, `of the sort ${entity.sort}, not ${description.sort}`, offset);
  switch (description.sort) {
    case 'func': {
      const wanted = functionTypeAt(scope, description.type, offset);
      // Function types, as value types, are there once.
      if ((entity as EntityOf<'func'>).type === wanted) return entity;
      throw mismatch(what, 'of another function type', offset);
    }
    case 'type': {
      const type = entity as TypeEntity;
      const isMatch =
        description.bound.kind === 'resource'
          ? type.kind === 'resource'
          : isSameType(type, scope.lookup('type', description.bound.type, offset));
      if (!isMatch) throw mismatch(what, 'another type', offset);
      return entity;
    }
    case 'instance': {
      const { exports } = entity as EntityOf<'instance'>;
      return createInstance(builder, instanceTypeAt(scope, description.type, offset), offset, (inner, declaration) => {
        const member = `"${declaration.name}" of ${what}`;
        const found = exports.get(declaration.name);
        if (found === undefined) throw mismatch(member, 'missing', offset);
        return matchEntity(builder, inner, declaration.description, found, member, offset);
      });
    }
    default:
      return entity;
  }
}

function isSameType(given: TypeEntity, wanted: TypeEntity): boolean {
  switch (given.kind) {
    case 'value':
      return wanted.kind === 'value' && wanted.type === given.type;
    case 'resource':
      return wanted.kind === 'resource' && wanted.resource === given.resource;
    case 'function':
      return wanted.kind === 'function' && wanted.type === given.type;
    default:
      // Types of instances and components only describe; what they describe is compared where it is given.
      return wanted.kind === given.kind;
  }
}

function mismatch(what: string, problem: string, offset: number): MalformedComponentError {
  return new MalformedComponentError(`${what} is ${problem}`, offset);
}
