// Loads the app's components: compiled, and checked against what the host offers, before anything is served.

import { compatibleName } from '../../guest-runtime/link/interface-name.ts';
import type { Engine, InstanceHost, Isolation, PreparedComponent } from '../engine/engine.ts';
import { findOffered } from '../engine/offered.ts';
import type { ComponentPlan } from '../gen/runtime.ts';
import type { PreparedApp, PreparedComponentRef } from '../plan/prepared-app.ts';
import type { TriggerComponent } from '../trigger/trigger.ts';
import { prepareHosts } from './dependency-host.ts';
import type { LoadedComponent } from './oversight.ts';

/** Where components come from and what they get. */
export type ComponentLoader = {
  /** Creates an engine; called once for each engine in use. */
  readonly createEngine: (name: Engine['name']) => Promise<Engine>;
  /** The folder of the prepared components. */
  readonly directory: string;
  /** Grants a component what its plan says; yields what makes the host objects of its instances. */
  readonly prepareHost: (component: ComponentPlan) => Promise<() => InstanceHost>;
  readonly log: (line: string) => void;
  /** Told once of each component how its requests are kept apart. */
  readonly onIsolation?: ((id: string, isolation: Isolation) => void) | undefined;
  /** Told of a component that traps whenever it is instantiated, the first time that it does. */
  readonly onUnusable?: ((id: string, error: unknown) => void) | undefined;
};

/**
 * Loads every component that serves a trigger. Throws an `Error` that names each component that cannot be, and what it lacks. The same wasm file
 * under two ids is loaded twice, because an engine keeps instances with the host that they got; V8 compiles it once all the same.
 */
export async function loadComponents(app: PreparedApp, loader: ComponentLoader): Promise<readonly LoadedComponent[]> {
  const engines = new Map<string, Promise<Engine>>();
  const compile = async ({ id, engine, key }: PreparedComponentRef) => {
    const loading = once(engines, engine, () => loader.createEngine(engine));
    return (await loading).load(`${loader.directory}/${key}`, (isolation) => {
      logIsolation(id, isolation, loader.log);
      loader.onIsolation?.(id, isolation);
    });
  };
  const components = app.components.flatMap((ref) => {
    const plan = app.plan.components.find(({ id }) => id === ref.id);
    return plan === undefined || ref.handler === null ? [] : [load(plan, ref.handler, compile(ref), loader)];
  });
  const loaded = await Promise.allSettled(components);
  const reasons = loaded.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  if (reasons.length === 0) return Promise.all(components);
  throw new Error(reasons.map(({ message }) => message).join('\n'), { cause: reasons[0] });
}

/** What costs speed is said; that requests see pristine instances goes without saying. */
function logIsolation(id: string, { method, obstacle }: Isolation, log: (line: string) => void): void {
  if (obstacle === null) return;
  const ways = { exact: 'page by page', drop: 'by dropping pages', copy: 'by copying all of its memory' };
  const what = method === 'fresh' ? 'gets a new instance' : `gets an instance that is put back ${ways[method]}`;
  log(`component "${id}": each request ${what}, because ${obstacle}`);
}

async function load(
  plan: ComponentPlan,
  handler: string,
  compiling: Promise<PreparedComponent>,
  loader: ComponentLoader,
): Promise<LoadedComponent> {
  const prepared = await compiling.catch((error) => {
    throw new Error(`cannot load component "${plan.id}": ${String(error)}`, { cause: error });
  });
  const createHost = await prepareHosts(plan, async (granted) =>
    withSnapshots(prepared.imports, await loader.prepareHost(granted)),
  );
  checkImports(plan.id, prepared, createHost());
  const instantiate: TriggerComponent['instantiate'] = (program) => prepared.instantiate(createHost, program);
  return {
    id: plan.id,
    handler,
    prepared,
    instantiate: watchFirst(instantiate, (error) => loader.onUnusable?.(plan.id, error)),
  };
}

/** Tells of the first failure, unless there was a success before. */
function watchFirst(
  instantiate: TriggerComponent['instantiate'],
  onFailure: (error: unknown) => void,
): TriggerComponent['instantiate'] {
  let isKnown = false;
  const tryFirst: TriggerComponent['instantiate'] = async (program) => {
    try {
      return await instantiate(program);
    } catch (error) {
      if (!isKnown) onFailure(error);
      throw error;
    } finally {
      isKnown = true;
    }
  };
  return (program) => (isKnown ? instantiate(program) : tryFirst(program));
}

/** Few components are as old as the snapshots of WASI 0.2; the others' workers load nothing for them. */
async function withSnapshots(imports: readonly string[], createHost: () => InstanceHost): Promise<() => InstanceHost> {
  if (!imports.some((name) => name.includes('@0.2.0-rc-2023-'))) return createHost;
  const { offerSnapshots } = await import('../wasi/snapshot/snapshot.ts');
  return () => {
    const host = createHost();
    return { ...host, imports: offerSnapshots(imports, host.imports) };
  };
}

/** Throws an `Error` that names the component and every interface that nothing offers. */
function checkImports(id: string, prepared: PreparedComponent, host: InstanceHost): void {
  const missing = prepared.imports.filter((name) => findOffered(host.imports, compatibleName(name)) === undefined);
  host.release();
  if (missing.length > 0) {
    throw new Error(
      `component "${id}" imports ${missing.map((name) => `"${name}"`).join(', ')}, which this host does not offer`,
    );
  }
}

function once<T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known;
}
