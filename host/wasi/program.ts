// What a program runs with: one run of a component that exports `wasi:cli/run`.

import type { ByteSource } from './io/input-stream.ts';
import type { ByteSink } from './io/output-stream.ts';

/** Arguments, variables and streams of one run. */
export interface Program {
  readonly args: readonly string[];
  /** Comes behind the variables that the component has anyway. */
  readonly environment: readonly (readonly [string, string])[];
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
}
