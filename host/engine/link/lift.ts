// Makes component functions of core functions: how a guest's exports are called.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-lift

import type { CoreValue } from './codec.ts';
import type { LiftLowerContext } from './context.ts';
import type { ParamsCodec, ResultCodec } from './signature.ts';
import { Trap } from './trap.ts';

/** A component function of one instance: a promise where the guest may wait. */
export type LiftedFunction = (args: readonly unknown[]) => unknown;

/** An exported function of a core instance, which may be wrapped in `WebAssembly.promising`. */
export type CoreCallee = (...flat: CoreValue[]) => CoreValue | undefined | Promise<CoreValue | undefined>;

/** A post-return function: takes what the callee returned and frees it. */
export type PostReturn = (core?: CoreValue) => void;

/** Makes the component function of one instance; made itself once for all instances. */
export type Lifting = (context: LiftLowerContext, callee: CoreCallee, postReturn: PostReturn | null) => LiftedFunction;

/** `deliver` makes of the lifted result what the caller gets. */
export function createLifting(params: ParamsCodec, result: ResultCodec, deliver: (value: unknown) => unknown): Lifting {
  return (context, callee, postReturn) => {
    const { instance } = context;
    const finish = (core: CoreValue | undefined) => {
      if (instance.failure !== null) throw instance.failure.reason;
      context.refresh();
      const value = result.lift(context, core);
      if (postReturn !== null) callPostReturn(context, postReturn, core);
      if (instance.borrows !== 0) throw new Trap('a borrowed handle was not dropped before the call ended');
      instance.mayEnter = true;
      return deliver(value);
    };
    return (args) => {
      if (!instance.mayEnter) throw new Trap('cannot enter component instance');
      // Stays so when anything below throws: after a trap an instance is never entered again.
      instance.mayEnter = false;
      context.refresh();
      instance.mayLeave = false;
      const flat = params.lower(context, args);
      instance.mayLeave = true;
      const core = callee(...flat);
      return core instanceof Promise ? core.then(finish) : finish(core);
    };
  };
}

function callPostReturn(context: LiftLowerContext, postReturn: PostReturn, core: CoreValue | undefined): void {
  const { instance } = context;
  instance.mayLeave = false;
  if (core === undefined) postReturn();
  else postReturn(core);
  instance.mayLeave = true;
}
