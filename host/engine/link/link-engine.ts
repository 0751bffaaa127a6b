// The engine that executes link plans.

import type { Callee, LinkPlan } from '../../gen/runtime.ts';
import type { ComponentInstance, Engine, InstanceHost, Isolation, PreparedComponent } from '../engine.ts';
import { createHostBinder } from './host-function.ts';
import { LinkedInstance } from './instance.ts';
import { LinearMemory } from './linear-memory.ts';
import { createLinkedComponent, type WaitingImports } from './linked-component.ts';
import { InstancePool, type PooledInstance } from './pristine/instance-pool.ts';
import { canMap } from './pristine/mapped-memory.ts';
import { limitMemories } from './pristine/memory-limit.ts';
import { RESTORE_METHODS, type RestoreMethod } from './pristine/memory-method.ts';
import { Snapshot } from './pristine/snapshot.ts';
import { type LinkSource, readLinkSource } from './source.ts';
import { ComponentError } from './trap.ts';

export type LinkEngineOptions = {
  /** Which imports may wait. */
  readonly waits: WaitingImports;
  /** How instances are put back; by default the best way that this machine knows. */
  readonly method?: RestoreMethod;
  /** How large each memory of an instance may be, in bytes. */
  readonly maxMemoryBytes?: number;
  /** How many idle instances are kept for each component; 64 by default. */
  readonly maxIdle?: number;
  /** How many bytes idle instances of a component may hold that they share with none; 64 MiB by default. */
  readonly maxIdleBytes?: number;
  /** How many uses share an instance, one after another; 1 by default, so that each sees a pristine one. */
  readonly maxUses?: number;
};

const DEFAULT_MAX_IDLE = 64;
const DEFAULT_MAX_IDLE_BYTES = 0x400_0000;
const SHRINK_MS = 10_000;

/** Creates the engine. */
export function createLinkEngine(options: LinkEngineOptions): Engine {
  const method = options.method ?? findBestMethod();
  return {
    name: 'link',
    load: async (directory, onIsolation) =>
      createPreparedComponent(await readLinkSource(directory), { ...options, method }, onIsolation),
  };
}

function findBestMethod(): RestoreMethod {
  const createMemory = () => new LinearMemory(new WebAssembly.Memory({ initial: 1 }));
  if (canMap('exact', createMemory)) return 'exact';
  return canMap('drop', createMemory) ? 'drop' : 'copy';
}

/** Prepares a component whose modules are compiled. */
export function createPreparedComponent(
  { plan, restore, modules }: LinkSource,
  options: LinkEngineOptions,
  onIsolation: (isolation: Isolation) => void = () => undefined,
): PreparedComponent {
  const { waits, method = 'copy', maxMemoryBytes } = options;
  const { maxIdle = DEFAULT_MAX_IDLE, maxIdleBytes = DEFAULT_MAX_IDLE_BYTES, maxUses = 1 } = options;
  const component = createLinkedComponent(plan, modules, waits);
  const bindHost = createHostBinder(plan);
  const exports = exportTable(plan);
  const snapshot = method === 'fresh' || restore.obstacle !== null ? null : new Snapshot(plan, restore, method);
  const create = (host: InstanceHost) => {
    const instance = new LinkedInstance(component, bindHost(host));
    if (maxMemoryBytes !== undefined) limitMemories(plan, restore, instance, maxMemoryBytes);
    return instance;
  };
  const poolOptions = { maxIdle, maxIdleBytes, maxUses, shrinkMs: SHRINK_MS };
  const pool = new InstancePool(create, snapshot, poolOptions, (obstacle) =>
    onIsolation(isolationOf(method, obstacle)),
  );
  if (snapshot === null) onIsolation(isolationOf(method, restore.obstacle));
  return {
    // An interface that gives only types is not asked of the host.
    imports: [...new Set(plan.hostFunctions.map((host) => host.interface))],
    exports: plan.exports,
    get inUse() {
      return pool.inUse;
    },
    get running() {
      const { running } = LinkedInstance;
      return running?.component === component ? running.user : undefined;
    },
    instantiate: (createHost, program) => {
      const pooled = pool.acquire(createHost);
      if (program) {
        pooled.host.provide?.(program);
        // A program has run when it has run once.
        pooled.uses = maxUses;
      }
      return new PristineInstance(pool, pooled, exports);
    },
  };
}

function isolationOf(method: RestoreMethod, obstacle: string | null): Isolation {
  if (obstacle !== null) return { method: 'fresh', obstacle };
  return { method, obstacle: method === RESTORE_METHODS[0] ? null : 'this machine has no better way' };
}

type ExportTable = ReadonlyMap<string, ReadonlyMap<string, Callee>>;

function exportTable(plan: LinkPlan): ExportTable {
  const table = new Map<string, Map<string, Callee>>();
  for (const { interface: interfaceName, name, callee } of plan.exportedFunctions) {
    const functions = table.get(interfaceName) ?? new Map<string, Callee>();
    table.set(interfaceName, functions.set(name, callee));
  }
  return table;
}

/** One use of an instance: it goes back to the pool when nothing went wrong with it. */
class PristineInstance implements ComponentInstance {
  #owner: object | undefined;
  readonly #pool: InstancePool;
  readonly #pooled: PooledInstance;
  readonly #exports: ExportTable;
  #callsUnderWay = 0;
  #hasTrapped = false;

  constructor(pool: InstancePool, pooled: PooledInstance, exports: ExportTable) {
    this.#pool = pool;
    this.#pooled = pooled;
    this.#exports = exports;
    pooled.instance.user = this;
  }

  get owner(): object | undefined {
    return this.#owner;
  }

  set owner(owner: object | undefined) {
    this.#owner = owner;
    this.#pooled.host.own?.(owner);
  }

  call(exportName: string, functionName: string, args: readonly unknown[]): Promise<unknown> {
    const callee = this.#exports.get(exportName)?.get(functionName);
    if (callee === undefined) {
      return Promise.reject(new Error(`the component exports no "${exportName}#${functionName}"`));
    }
    this.#callsUnderWay++;
    let result: unknown;
    try {
      result = this.#pooled.instance.callExport(callee, args);
    } catch (error) {
      return Promise.reject(this.#failed(error));
    }
    if (result instanceof Promise) {
      return result.then(
        (value) => this.#returned(value),
        (error) => {
          throw this.#failed(error);
        },
      );
    }
    return Promise.resolve(this.#returned(result));
  }

  #returned(value: unknown): unknown {
    this.#callsUnderWay--;
    this.#pooled.instance.suspend();
    return value;
  }

  #failed(error: unknown): unknown {
    if (!(error instanceof ComponentError)) this.#hasTrapped = true;
    return this.#returned(error);
  }

  dispose(): void {
    this.#pooled.host.release();
    this.#pooled.instance.user = undefined;
    const { instance } = this.#pooled;
    this.#pool.release(this.#pooled, this.#callsUnderWay === 0 && !this.#hasTrapped && !instance.hasTrapped);
  }
}
