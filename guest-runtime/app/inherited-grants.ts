// What a dependency may do: that part of its component's grants which it inherits.

import type { ComponentPlan, Grant } from '../../host/gen/runtime.ts';
import { createPlanWithoutGrants } from './no-grants.ts';

/** The fields of a component's plan that each grant stands for. */
const FIELDS: Readonly<Record<Grant, readonly (keyof ComponentPlan)[]>> = {
  'ai-models': ['aiModels'],
  'allowed-outbound-hosts': ['allowedOutboundHosts'],
  environment: ['environment'],
  files: ['files', 'assets'],
  'key-value-stores': ['keyValueStores'],
  'sqlite-databases': ['sqliteDatabases'],
  variables: ['variables'],
};

/** Returns the plan by which a dependency of `component` is granted what it inherits, and nothing else. */
export function inheritGrants(component: ComponentPlan, inherited: readonly Grant[]): ComponentPlan {
  const fields = inherited.flatMap((grant) => FIELDS[grant]);
  const granted = Object.fromEntries(fields.map((field) => [field, component[field]]));
  return { ...createPlanWithoutGrants(component.id), ...granted };
}
