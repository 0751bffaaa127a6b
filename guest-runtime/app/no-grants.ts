// The plan of a component that is granted nothing: where a plan is needed for what is no component of an app.

import type { ComponentPlan } from '../../host/gen/runtime.ts';

/** Creates the plan. */
export function createPlanWithoutGrants(id: string): ComponentPlan {
  return {
    id,
    description: '',
    source: { tag: 'path', val: `${id}.wasm` },
    dependencies: [],
    environment: [],
    variables: [],
    files: [],
    assets: [],
    allowedOutboundHosts: [],
    keyValueStores: [],
    sqliteDatabases: [],
    aiModels: [],
  };
}
