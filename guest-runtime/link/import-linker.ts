// Links the imports of a component and nothing else: for components that another engine links, so that what they declare to import can
// be judged all the same. It reads the definitions that stand before a component's first module, instance or function.

import type { LinkPlan } from '../../host/gen/runtime.ts';
import { type Entity, Scope } from './entity.ts';
import { parseImports } from './parser.ts';
import { PlanBuilder } from './plan-builder.ts';
import { createHostEntity, declare } from './type-resolver.ts';
import { weightOf } from './weight.ts';

/**
 * Makes a plan of all functions that a component declares to import, called or not. Throws `MalformedComponentError`, or
 * `UnsupportedComponentError` where an import is of a type that this linker does not know, or stands behind other definitions.
 */
export function linkImports(bytes: Uint8Array): LinkPlan {
  const builder = new PlanBuilder();
  const scope = new Scope(null, builder.addComponentInstance());
  for (const definition of parseImports(bytes).definitions) {
    builder.count(weightOf(definition), definition.offset);
    if (definition.kind === 'import') {
      const { name, description, offset } = definition;
      const host = { interface: name, name: '', dependency: null };
      const entity = createHostEntity(builder, scope, description, host, offset);
      builder.plan.imports.push(name);
      enterFunctions(builder, entity);
      scope.define(entity);
    } else {
      scope.define(declare(builder, scope, definition));
    }
  }
  return builder.plan;
}

function enterFunctions(builder: PlanBuilder, entity: Entity): void {
  if (entity.sort === 'func') builder.calleeOf(entity);
  else if (entity.sort === 'instance') for (const member of entity.exports.values()) enterFunctions(builder, member);
}
