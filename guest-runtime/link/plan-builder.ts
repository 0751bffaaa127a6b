// Collects a link plan while a component is linked, and bounds how large it can grow: a small component can instantiate components
// that instantiate components, each twice as often as the one around it.

import type { Callee, CoreItem, LinkPlan, PlanFunctionType, PlanResource } from '../../host/gen/runtime.ts';
import type { FunctionEntity, HostName } from './entity.ts';
import { compatibleName } from './interface-name.ts';
import { UnsupportedComponentError } from './reader.ts';
import { TypeTable } from './type-table.ts';

/** The largest real components (Python with its extension modules) weigh some ten thousand. */
const MAX_WEIGHT = 200_000;
/** Types of instances can refer to each other without standing in each other. Going through them recurses. */
const MAX_INSTANCE_DEPTH = 100;

export class PlanBuilder {
  readonly table = new TypeTable();
  readonly plan: LinkPlan;
  private readonly knownFunctionTypes = new Map<string, PlanFunctionType>();
  private readonly functionTypes = new Map<PlanFunctionType, number>();
  private readonly hostResources = new Map<string, number>();
  private readonly hostFunctions = new Map<string, number>();
  private weight = 0;
  private depth = 0;

  constructor() {
    this.plan = {
      imports: [],
      exports: [],
      componentInstances: 0,
      modules: [],
      coreInstances: [],
      types: this.table.types,
      functionTypes: [],
      resources: [],
      hostFunctions: [],
      lifted: [],
      lowered: [],
      exportedFunctions: [],
      exportedResources: [],
    };
  }

  /** Counts something that is being carried out, with its weight (weight.ts). */
  count(weight: number, offset: number): void {
    this.weight += weight;
    if (this.weight > MAX_WEIGHT) {
      throw new UnsupportedComponentError(`linking more than ${MAX_WEIGHT} definitions`, offset);
    }
  }

  /** Does what goes through an instance, perhaps inside another one. */
  enterInstance<T>(offset: number, work: () => T): T {
    if (++this.depth > MAX_INSTANCE_DEPTH) {
      throw new UnsupportedComponentError(`instances that nest deeper than ${MAX_INSTANCE_DEPTH}`, offset);
    }
    const result = work();
    this.depth--;
    return result;
  }

  addComponentInstance(): number {
    return this.plan.componentInstances++;
  }

  addResource(resource: PlanResource): number {
    return this.plan.resources.push(resource) - 1;
  }

  /** Compatible versions of an interface have the same resources, whichever of the linked components asks. */
  internHostResource({ interface: interfaceName, name }: HostName): number {
    const key = JSON.stringify([compatibleName(interfaceName), name]);
    return intern(this.hostResources, key, () =>
      this.addResource({ tag: 'host', val: { interface: interfaceName, name } }),
    );
  }

  /** Returns the one object for all function types that are the same. */
  functionType(type: PlanFunctionType): PlanFunctionType {
    const key = JSON.stringify(type);
    const known = this.knownFunctionTypes.get(key) ?? type;
    this.knownFunctionTypes.set(key, known);
    return known;
  }

  internFunctionType(type: PlanFunctionType): number {
    return intern(this.functionTypes, type, () => this.plan.functionTypes.push(type) - 1);
  }

  /** Returns what calls `entity`. A host function enters the plan here, so unused ones stay out of it. */
  calleeOf(entity: FunctionEntity): Callee {
    const { origin } = entity;
    if (origin.kind === 'lifted') return { tag: 'lifted', val: origin.lifted };
    const { interface: interfaceName, name, dependency } = origin;
    const host = intern(this.hostFunctions, JSON.stringify([interfaceName, name, dependency]), () => {
      const type = this.internFunctionType(entity.type);
      const grants = dependency === null ? {} : { dependency };
      return this.plan.hostFunctions.push({ interface: interfaceName, name, type, ...grants }) - 1;
    });
    return { tag: 'host', val: host };
  }

  coreExport(instance: number, name: string): CoreItem {
    return { tag: 'core-export', val: { instance, name } };
  }
}

function intern<Key>(indices: Map<Key, number>, key: Key, add: () => number): number {
  const known = indices.get(key);
  if (known !== undefined) return known;
  const index = add();
  indices.set(key, index);
  return index;
}
