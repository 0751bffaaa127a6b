// Makes core functions of component functions: what a guest calls when it calls an import.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-lower

import type { CoreValue } from './codec.ts';
import type { LiftLowerContext } from './context.ts';
import type { HostFunction } from './host-function.ts';
import type { LiftedFunction } from './lift.ts';
import type { ParamsCodec, ResultCodec } from './signature.ts';
import { Trap } from './trap.ts';

/** A core function of JavaScript. */
export type CoreFunction = (...flat: CoreValue[]) => unknown;

/** Makes the core function of one instance; made itself once for all instances. */
export type Lowering<Callee> = (context: LiftLowerContext, callee: Callee) => CoreFunction;

/**
 * Creates the lowering of the plan's host function `host`. Only where `mayWait` may the host return a promise; the core function then
 * does too, and must be called through `WebAssembly.Suspending`.
 */
export function createHostLowering(
  host: number,
  params: ParamsCodec,
  result: ResultCodec,
  mayWait: boolean,
): Lowering<HostFunction> {
  const { flatCount } = params;
  return (context, callee) => {
    const { instance } = context;
    const finish = createFinish(context, params, result);
    return (...flat) => {
      try {
        instance.leave();
        context.refresh();
        let value: unknown;
        try {
          value = params.apply(context, flat, callee);
        } catch (thrown) {
          if (instance.isStarting) instance.startCalls.push({ host, value: thrown });
          return finish(result.caught(thrown), flat[flatCount]);
        }
        if (instance.isStarting) instance.startCalls.push({ host, value });
        if (!(value instanceof Promise)) return finish(result.returned(value), flat[flatCount]);
        if (!mayWait) throw new Trap('a function of the host that is not known to wait returned a promise');
        instance.store.suspend();
        return value
          .then(result.returned, result.caught)
          .then((settled) => {
            instance.store.resume();
            return finish(settled, flat[flatCount]);
          })
          .catch((reason) => {
            throw instance.fail(reason);
          });
      } catch (reason) {
        throw instance.fail(reason);
      }
    };
  };
}

/** Creates the lowering of a function that another component lifts. Values pass through JavaScript on their way. */
export function createGuestLowering(params: ParamsCodec, result: ResultCodec): Lowering<LiftedFunction> {
  const { flatCount } = params;
  return (context, callee) => {
    const { instance } = context;
    const finish = createFinish(context, params, result);
    return (...flat) => {
      try {
        const value = callee(liftArguments(context, params, flat));
        if (!(value instanceof Promise)) return finish(value, flat[flatCount]);
        return value
          .then((settled) => finish(settled, flat[flatCount]))
          .catch((reason) => {
            throw instance.fail(reason);
          });
      } catch (reason) {
        throw instance.fail(reason);
      }
    };
  };
}

function liftArguments(context: LiftLowerContext, params: ParamsCodec, flat: readonly CoreValue[]): unknown[] {
  context.instance.leave();
  context.refresh();
  return params.lift(context, flat);
}

function createFinish(context: LiftLowerContext, params: ParamsCodec, result: ResultCodec) {
  const { instance } = context;
  const { canLend } = params;
  return (value: unknown, outPointer: CoreValue | undefined): CoreValue | undefined => {
    if (canLend) instance.returnLent();
    context.refresh();
    instance.mayLeave = false;
    const core = result.lower(context, value, outPointer);
    instance.mayLeave = true;
    return core;
  };
}
