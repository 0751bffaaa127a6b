// Lifts and lowers the parameters and the result of a function.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#lifting-and-lowering-values

import { MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, recordLayout } from '../../../guest-runtime/link/layout.ts';
import type { LinkPlan, PlanFunctionType } from '../../gen/runtime.ts';
import type { Codec, CoreValue } from './codec.ts';
import type { CodecTable } from './codec-table.ts';
import type { LiftLowerContext } from './context.ts';
import { createTupleCodec } from './record.ts';
import { ComponentError, payloadOf } from './trap.ts';

/** Moves a function's arguments in and out of a guest. */
export interface ParamsCodec {
  /** How many core values they take; 1 where they lie in memory. */
  readonly flatCount: number;
  /** Whether lifting them can lend handles. */
  readonly canLend: boolean;
  lift(context: LiftLowerContext, flat: readonly CoreValue[]): unknown[];
  /** Calls `callee` with the lifted arguments. */
  apply(context: LiftLowerContext, flat: readonly CoreValue[], callee: (...args: unknown[]) => unknown): unknown;
  lower(context: LiftLowerContext, values: readonly unknown[]): CoreValue[];
}

/** Moves a function's result in and out of a guest. */
export interface ResultCodec {
  /** What a lifted core function returned, as a value. */
  lift(context: LiftLowerContext, core: CoreValue | undefined): unknown;
  /** What a lowered core function returns for a value: a core value, or nothing after writing it to `outPointer`. */
  lower(context: LiftLowerContext, value: unknown, outPointer: CoreValue | undefined): CoreValue | undefined;
  /** Makes of what the callee threw the value to lower; throws it again where that is no error case of a `result`. */
  caught(thrown: unknown): unknown;
  /** Makes of a returned value the value to lower. */
  returned(value: unknown): unknown;
  /** Makes of a lifted value what the host's caller gets. Throws a `ComponentError` for the error case of a `result`. */
  delivered(value: unknown): unknown;
}

export function createParamsCodec(type: PlanFunctionType, { codecOf, holdsBorrow }: CodecTable): ParamsCodec {
  const codecs = type.params.map((param) => codecOf(param.type));
  const canLend = type.params.some((param) => holdsBorrow(param.type));
  const layout = recordLayout(codecs.map((codec) => codec.layout));
  if (layout.flat.length > MAX_FLAT_PARAMS) return createSpilledParams(createTupleCodec(codecs), canLend);
  const offsets: number[] = [];
  let flatCount = 0;
  for (const codec of codecs) {
    offsets.push(flatCount);
    flatCount += codec.layout.flat.length;
  }
  return {
    flatCount,
    canLend,
    lift: (context, flat) => codecs.map((codec, index) => codec.liftFlat(context, flat, offsets[index] as number)),
    apply: createApply(codecs, offsets),
    lower(context, values) {
      const flat: CoreValue[] = [];
      for (let index = 0; index < codecs.length; index++) codecs[index]?.lowerFlat(context, values[index], flat);
      return flat;
    },
  };
}

/** Most functions have few parameters: those are lifted without a list of them. */
function createApply(codecs: readonly Codec[], offsets: readonly number[]): ParamsCodec['apply'] {
  const [first, second, third] = codecs;
  const [, secondAt = 0, thirdAt = 0] = offsets;
  if (!first) return (_context, _flat, callee) => callee();
  if (!second) return (context, flat, callee) => callee(first.liftFlat(context, flat, 0));
  if (!third) {
    return (context, flat, callee) =>
      callee(first.liftFlat(context, flat, 0), second.liftFlat(context, flat, secondAt));
  }
  if (codecs.length === 3) {
    return (context, flat, callee) =>
      callee(
        first.liftFlat(context, flat, 0),
        second.liftFlat(context, flat, secondAt),
        third.liftFlat(context, flat, thirdAt),
      );
  }
  return (context, flat, callee) =>
    callee(...codecs.map((codec, index) => codec.liftFlat(context, flat, offsets[index] as number)));
}

function createSpilledParams(tuple: Codec, canLend: boolean): ParamsCodec {
  const { size, alignment } = tuple.layout;
  return {
    flatCount: 1,
    canLend,
    lift(context, flat) {
      const pointer = (flat[0] as number) >>> 0;
      context.memory.check(pointer, size, alignment);
      return tuple.load(context, pointer) as unknown[];
    },
    apply(context, flat, callee) {
      return callee(...this.lift(context, flat));
    },
    lower(context, values) {
      const pointer = context.realloc(0, 0, alignment, size);
      tuple.store(context, values, pointer);
      return [pointer | 0];
    },
  };
}

export function createResultCodec(plan: LinkPlan, type: PlanFunctionType, { codecOf }: CodecTable): ResultCodec {
  const isFallible = type.result !== undefined && plan.types[type.result]?.tag === 'result';
  return {
    ...createValueCodec(type.result === undefined ? null : codecOf(type.result)),
    ...(isFallible ? fallible : infallible),
  };
}

const infallible: Pick<ResultCodec, 'caught' | 'returned' | 'delivered'> = {
  caught(thrown) {
    throw thrown;
  },
  returned: (value) => value,
  delivered: (value) => value,
};

const fallible: Pick<ResultCodec, 'caught' | 'returned' | 'delivered'> = {
  caught: (thrown) => ({ tag: 'err', val: payloadOf(thrown) }),
  returned: (val) => ({ tag: 'ok', val }),
  delivered(value) {
    const { tag, val } = value as { tag: 'ok' | 'err'; val?: unknown };
    if (tag === 'err') throw new ComponentError(val);
    return val;
  },
};

function createValueCodec(codec: Codec | null): Pick<ResultCodec, 'lift' | 'lower'> {
  if (codec === null) return { lift: () => undefined, lower: () => undefined };
  if (codec.single) return codec.single as Pick<ResultCodec, 'lift' | 'lower'>;
  const { size, alignment, flat } = codec.layout;
  if (flat.length <= MAX_FLAT_RESULTS) {
    return {
      lift: (context, core) => codec.liftFlat(context, [core as CoreValue], 0),
      lower(context, value) {
        const lowered: CoreValue[] = [];
        codec.lowerFlat(context, value, lowered);
        return lowered[0];
      },
    };
  }
  return {
    lift(context, core) {
      const pointer = (core as number) >>> 0;
      context.memory.check(pointer, size, alignment);
      return codec.load(context, pointer);
    },
    lower(context, value, outPointer) {
      const pointer = (outPointer as number) >>> 0;
      context.memory.check(pointer, size, alignment);
      codec.store(context, value, pointer);
      return undefined;
    },
  };
}
