// A codec moves values of one type between JavaScript and a guest. Codecs are made once for a type of a plan and shared by all instances:
// what they need of an instance comes with each call.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md, "Loading" to "Flat Lowering"

import type { Layout } from '../../../guest-runtime/link/layout.ts';
import type { LiftLowerContext } from './context.ts';

/** A core value as JavaScript has it: i64 is a bigint. */
export type CoreValue = number | bigint;

/** Converts between a value and its one core value. */
export interface SingleCodec {
  lift(context: LiftLowerContext, core: CoreValue): unknown;
  lower(context: LiftLowerContext, value: unknown): CoreValue;
}

export interface Codec {
  readonly layout: Layout;
  /** Present where the type flattens to one core value. */
  readonly single?: SingleCodec;
  /** Reads a value from memory. The caller has checked bounds and alignment of `pointer`. */
  load(context: LiftLowerContext, pointer: number): unknown;
  /** Writes a value to memory; the same holds for `pointer`. Throws a `TypeError` for a value that is not of the type. */
  store(context: LiftLowerContext, value: unknown, pointer: number): void;
  /** Reads a value from the core values that start at `at`. */
  liftFlat(context: LiftLowerContext, flat: readonly CoreValue[], at: number): unknown;
  /** Appends the core values of a value. */
  lowerFlat(context: LiftLowerContext, value: unknown, flat: CoreValue[]): void;
}
