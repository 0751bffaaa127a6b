// What definitions define when a component is linked: each entity is the thing itself, however many aliases lead to it.

import type { CoreItem, PlanFunctionType, TypeIndex } from '../../host/gen/runtime.ts';
import type { CoreItemType } from './core-item-type.ts';
import type { CoreModule } from './core-module.ts';
import type { ComponentDefinition, Definition, Sort } from './definition.ts';
import type { Signature } from './layout.ts';
import { MalformedComponentError } from './reader.ts';

export type FunctionEntity = {
  readonly sort: 'func';
  readonly type: PlanFunctionType;
  readonly origin: FunctionOrigin;
};

/** A function is the host's, or index `lifted` in the plan. */
export type FunctionOrigin =
  | ({ readonly kind: 'host' } & HostName)
  | { readonly kind: 'lifted'; readonly lifted: number };

/** What the host provides: something of an interface; `dependency` tells with whose grants, as in the plan. */
export type HostName = { readonly interface: string; readonly name: string; readonly dependency: number | null };

export type TypeEntity = { readonly sort: 'type' } & (
  | { readonly kind: 'value'; readonly type: TypeIndex }
  | { readonly kind: 'function'; readonly type: PlanFunctionType }
  | { readonly kind: 'resource'; readonly resource: number }
  /** Its declarations mean what they mean in `scope`. */
  | {
      readonly kind: 'instance' | 'component';
      readonly declarations: readonly Definition[];
      readonly scope: Scope;
    }
);

export type InstanceEntity = { readonly sort: 'instance'; readonly exports: ReadonlyMap<string, Entity> };

/** A component and the scope it was defined in, to which its outer aliases lead. */
export type ComponentEntity = {
  readonly sort: 'component';
  readonly definition: ComponentDefinition;
  readonly scope: Scope | null;
};

export type CoreFunctionEntity = {
  readonly sort: 'core-func';
  readonly item: CoreItem;
  readonly signature: Signature | null;
};

export type CoreItemEntity = {
  readonly [S in CoreItemSort]: { readonly sort: S; readonly item: CoreItem; readonly type: CoreItemType | null };
}[CoreItemSort];

type CoreItemSort = 'core-table' | 'core-memory' | 'core-global' | 'core-tag';

/** `module` is its index in the plan. */
export type CoreModuleEntity = { readonly sort: 'core-module'; readonly module: number; readonly contents: CoreModule };

export type CoreInstanceEntity = {
  readonly sort: 'core-instance';
  exported(name: string): Entity | undefined;
};

export type Entity =
  | FunctionEntity
  | TypeEntity
  | InstanceEntity
  | ComponentEntity
  | CoreFunctionEntity
  | CoreItemEntity
  | CoreModuleEntity
  | CoreInstanceEntity
  | { readonly sort: 'core-type' };

export type EntityOf<S extends Sort> = Extract<Entity, { readonly sort: S }>;

/** The index spaces of one component instance, component type or instance type while it is being defined. */
export class Scope {
  readonly parent: Scope | null;
  /** The component instance's number in the plan. */
  readonly instance: number;
  private readonly spaces = new Map<Sort, Entity[]>();

  constructor(parent: Scope | null, instance: number) {
    this.parent = parent;
    this.instance = instance;
  }

  define(entity: Entity): void {
    const space = this.spaces.get(entity.sort);
    if (space) space.push(entity);
    else this.spaces.set(entity.sort, [entity]);
  }

  /** Returns what stands at `index`. `offset` is where the index is written, for the error when there is nothing. */
  lookup<S extends Sort>(sort: S, index: number, offset: number): EntityOf<S> {
    const entity = this.spaces.get(sort)?.[index];
    if (entity) return entity as EntityOf<S>;
    throw new MalformedComponentError(`no ${sort} ${index} is defined here`, offset);
  }

  /** Returns the scope `count` components or types further out. */
  outer(count: number, offset: number): Scope {
    let scope: Scope = this;
    for (let left = count; left > 0; left--) {
      if (scope.parent === null) throw new MalformedComponentError(`nothing encloses this ${count} levels up`, offset);
      scope = scope.parent;
    }
    return scope;
  }
}
