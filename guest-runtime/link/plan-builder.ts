// Collects a link plan while a component is linked, and bounds how large it can grow: a small component can instantiate components
// that instantiate components, each twice as often as the one around it.

import type { Callee, CoreItem, LinkPlan, PlanFunctionType, PlanResource } from '../../host/gen/runtime.ts';
import type { FunctionEntity, HostName } from './entity.ts';
import { compatibleName } from './interface-name.ts';
import { UnsupportedComponentError } from './reader.ts';
import { TypeTable } from './type-table.ts';

/** The largest real components (Python with its extension modules) define some ten thousand things. */
const MAX_DEFINITIONS = 200_000;

export class PlanBuilder {
  readonly table = new TypeTable();
  readonly plan: LinkPlan;
  private readonly functionTypes = new Map<string, number>();
  private readonly hostResources = new Map<string, number>();
  private readonly hostFunctions = new Map<string, number>();
  private definitions = 0;

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

  /** Counts one definition that is being carried out. */
  countDefinition(offset: number): void {
    if (++this.definitions > MAX_DEFINITIONS) {
      throw new UnsupportedComponentError(`linking more than ${MAX_DEFINITIONS} definitions`, offset);
    }
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

  internFunctionType(type: PlanFunctionType): number {
    return intern(this.functionTypes, JSON.stringify(type), () => this.plan.functionTypes.push(type) - 1);
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

function intern(indices: Map<string, number>, key: string, add: () => number): number {
  const known = indices.get(key);
  if (known !== undefined) return known;
  const index = add();
  indices.set(key, index);
  return index;
}
