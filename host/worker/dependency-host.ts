// The host objects of a component and of its dependencies: each dependency has its own where it does not share all of its component's
// grants.

import { inheritGrants } from '../../guest-runtime/app/inherited-grants.ts';
import type { InstanceHost } from '../engine/engine.ts';
import type { ComponentPlan } from '../gen/runtime.ts';

type CreateHost = () => InstanceHost;

/** Prepares the hosts of a component: `prepareHost` grants what a plan says. */
export async function prepareHosts(
  plan: ComponentPlan,
  prepareHost: (granted: ComponentPlan) => Promise<CreateHost>,
): Promise<CreateHost> {
  const createHost = await prepareHost(plan);
  const creators = new Map<number, CreateHost>();
  for (const [index, { inherit }] of plan.dependencies.entries()) {
    if (inherit.tag === 'some') creators.set(index, await prepareHost(inheritGrants(plan, inherit.val)));
  }
  return creators.size === 0 ? createHost : () => createHosts(createHost, creators);
}

/** They begin and end together. */
function createHosts(createHost: CreateHost, creators: ReadonlyMap<number, CreateHost>): InstanceHost {
  const host = createHost();
  const others = new Map([...creators].map(([index, create]) => [index, create()]));
  const all = [host, ...others.values()];
  return {
    imports: host.imports,
    dependencies: new Map([...others].map(([index, { imports }]) => [index, imports])),
    provide(program) {
      for (const one of all) one.provide?.(program);
    },
    own(owner) {
      for (const one of all) one.own?.(owner);
    },
    release() {
      for (const one of all) one.release();
    },
  };
}
