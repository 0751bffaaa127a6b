// A link plan made ready for execution: everything about it that does not belong to one instance.

import { unversionedName } from '../../../guest-runtime/link/interface-name.ts';
import type { CanonicalOptions, CoreItem, LinkPlan } from '../../gen/runtime.ts';
import { createCodecTable } from './codec-table.ts';
import type { HostFunction } from './host-function.ts';
import { createLifting, type LiftedFunction, type Lifting } from './lift.ts';
import { createGuestLowering, createHostLowering, type Lowering } from './lower.ts';
import { createParamsCodec, createResultCodec, type ParamsCodec, type ResultCodec } from './signature.ts';

/** Tells whether a host function may return a promise. The interface's name comes without its version. */
export type WaitingImports = (interfaceName: string, functionName: string) => boolean;

/** How a lowered function of the plan is made for an instance, and whether it is to be called through `WebAssembly.Suspending`. */
export type LinkedLowering = { readonly mayWait: boolean } & (
  | { readonly kind: 'host'; readonly host: number; readonly create: Lowering<HostFunction> }
  | { readonly kind: 'lifted'; readonly lifted: number; readonly create: Lowering<LiftedFunction> }
);

/** The canonical options of functions of one component instance. Functions with the same ones share a context. */
export type LinkedContext = {
  readonly instance: number;
  readonly encoding: CanonicalOptions['encoding'];
  readonly memory: CoreItem | undefined;
  readonly realloc: CoreItem | undefined;
};

export type LinkedComponent = {
  readonly plan: LinkPlan;
  readonly contexts: readonly LinkedContext[];
  /** For each lowered and each lifted function of the plan, its context's index. */
  readonly loweredContexts: readonly number[];
  readonly liftedContexts: readonly number[];
  readonly modules: readonly WebAssembly.Module[];
  /** Whether any import may wait: exports are then called through `WebAssembly.promising`. */
  readonly mayWait: boolean;
  readonly lowerings: readonly LinkedLowering[];
  /** For the lifted functions of the plan when another component calls them. */
  readonly internalLiftings: readonly Lifting[];
  /** The same when the host calls them. */
  readonly exportLiftings: readonly Lifting[];
};

/** Makes codecs and closures for a plan. `modules` are those of the plan, compiled. */
export function createLinkedComponent(
  plan: LinkPlan,
  modules: readonly WebAssembly.Module[],
  waits: WaitingImports,
): LinkedComponent {
  const toHost = codecsOf(plan, 'host-callee');
  const fromHost = codecsOf(plan, 'host-caller');
  const between = codecsOf(plan, 'component');
  const hostWaits = plan.hostFunctions.map((host) => waits(unversionedName(host.interface), host.name));
  const mayWait = hostWaits.includes(true);
  const lowerings = plan.lowered.map(({ callee }): LinkedLowering => {
    if (callee.tag === 'host') {
      const host = callee.val;
      const { params, result } = toHost(plan.hostFunctions[host]?.type ?? -1);
      const doesWait = hostWaits[host] ?? false;
      const create = createHostLowering(host, params, result, doesWait);
      return { kind: 'host', host, mayWait: doesWait, create };
    }
    const lifted = callee.val;
    const { params, result } = between(plan.lifted[lifted]?.type ?? -1);
    const create = createGuestLowering(params, result);
    return { kind: 'lifted', lifted, mayWait, create };
  });
  const liftingsWith = (codecs: typeof between, isForHost: boolean) =>
    plan.lifted.map(({ type }) => {
      const { params, result } = codecs(type);
      return createLifting(params, result, isForHost ? result.delivered : (value) => value);
    });
  const contexts = new ContextTable();
  return {
    plan,
    contexts: contexts.entries,
    loweredContexts: plan.lowered.map(({ instance, options }) => contexts.intern(instance, options)),
    liftedContexts: plan.lifted.map(({ instance, options }) => contexts.intern(instance, options)),
    modules,
    mayWait,
    lowerings,
    internalLiftings: liftingsWith(between, false),
    exportLiftings: liftingsWith(fromHost, true),
  };
}

type FunctionCodecs = { readonly params: ParamsCodec; readonly result: ResultCodec };

/** Finds the codecs of the plan's function type `index`: made once, for all functions of that type. */
function codecsOf(plan: LinkPlan, side: Parameters<typeof createCodecTable>[1]): (index: number) => FunctionCodecs {
  const table = createCodecTable(plan, side);
  const known = new Map<number, FunctionCodecs>();
  return (index) => {
    const found = known.get(index);
    if (found !== undefined) return found;
    const type = plan.functionTypes[index];
    if (type === undefined) throw new RangeError(`no function type ${index} in the plan`);
    const codecs = { params: createParamsCodec(type, table), result: createResultCodec(plan, type, table) };
    known.set(index, codecs);
    return codecs;
  };
}

class ContextTable {
  readonly entries: LinkedContext[] = [];
  private readonly indices = new Map<string, number>();

  intern(instance: number, { encoding, memory, realloc }: CanonicalOptions): number {
    const key = JSON.stringify([instance, encoding, memory, realloc]);
    const index = this.indices.get(key) ?? this.entries.push({ instance, encoding, memory, realloc }) - 1;
    this.indices.set(key, index);
    return index;
  }
}
