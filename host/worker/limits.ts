// What a worker's guests may take, by the container's environment and its memory.

import { readNumberSetting } from '../number-setting.ts';

/** The environment variable with the seconds of processor time that a guest may hold its thread without giving way; 0 is for ever. */
export const PROCESSOR_VARIABLE = 'SPIN_MAX_PROCESSOR_SECONDS';

/** The environment variable with the most component instances at a time. The name is Spin's. */
export const INSTANCES_VARIABLE = 'SPIN_MAX_INSTANCE_COUNT';

/** The environment variable with how many requests share an instance, one after another. The name is that of Spin's option. */
export const REUSE_VARIABLE = 'SPIN_MAX_INSTANCE_REUSE_COUNT';

/** The environment variable with the seconds that requests under way get after SIGTERM. */
const GRACE_VARIABLE = 'SPIN_SHUTDOWN_GRACE_SECONDS';

/** Kubernetes kills 30 s after SIGTERM. */
const DEFAULT_GRACE_SECONDS = 25;

const DEFAULT_PROCESSOR_SECONDS = 30;
/** As Spin's pool has it. */
const DEFAULT_INSTANCES = 1000;

/** The most bytes that idle instances of one component may hold for themselves: 64 MiB. */
const MAX_IDLE_BYTES = 0x400_0000;
/** The part of the container's memory that idle instances may hold, and that all may before new ones have to wait. */
const IDLE_SHARE = 1 / 4;
const BUSY_SHARE = 3 / 4;

/** What an engine must know of them. */
export type InstanceLimits = Pick<WorkerLimits, 'maxIdleBytes' | 'maxUses'>;

/** Limits of one worker. */
export type WorkerLimits = {
  /** How long a guest may hold its thread, in milliseconds of processor time; null without limit. */
  readonly processorMs: number | null;
  readonly maxInstances: number;
  /** How many requests an instance serves before it is pristine again. */
  readonly maxUses: number;
  /** The bytes that idle instances of each component may hold for themselves on each thread. */
  readonly maxIdleBytes: number;
  /** The bytes of its own that the process may hold while instances are made; null without limit. */
  readonly maxBusyBytes: number | null;
};

/**
 * Reads the limits. `memoryBytes` is what the container may have, null where it may have all; each of `threads` has idle instances of its
 * own. Throws an `Error` that names the variable whose value is no number.
 */
export function limitsOf(
  environment: Readonly<Record<string, string>>,
  memoryBytes: number | null,
  components: number,
  threads: number,
): WorkerLimits {
  const seconds = readNumberSetting(environment, PROCESSOR_VARIABLE) ?? DEFAULT_PROCESSOR_SECONDS;
  return {
    processorMs: seconds === 0 ? null : seconds * 1000,
    maxInstances: Math.max(1, readNumberSetting(environment, INSTANCES_VARIABLE, true) ?? DEFAULT_INSTANCES),
    maxUses: Math.max(1, readNumberSetting(environment, REUSE_VARIABLE, true) ?? 1),
    maxIdleBytes: Math.min(
      MAX_IDLE_BYTES,
      Math.floor(((memoryBytes ?? Infinity) * IDLE_SHARE) / Math.max(1, components * threads)),
    ),
    maxBusyBytes: memoryBytes === null ? null : Math.floor(memoryBytes * BUSY_SHARE),
  };
}

/** Reads how many seconds requests under way get after SIGTERM. Throws an `Error` where that is no number. */
export function graceSecondsOf(environment: Readonly<Record<string, string>>): number {
  return readNumberSetting(environment, GRACE_VARIABLE) ?? DEFAULT_GRACE_SECONDS;
}
