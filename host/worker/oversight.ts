// What guests may take of the worker: time on the thread they share, instances, memory.

import type { ComponentInstance, PreparedComponent } from '../engine/engine.ts';
import { Admission } from '../trigger/admission.ts';
import type { RunningTrigger, TriggerComponent } from '../trigger/trigger.ts';
import { type InstanceCount, tellInstances } from './instance-count.ts';
import { PROCESSOR_VARIABLE, type WorkerLimits } from './limits.ts';
import { countdownOf, ThreadGuard, type ThreadWatchdog } from './thread-guard.ts';

/** A component of the app with what the engine made of it. */
export type LoadedComponent = TriggerComponent & { readonly prepared: PreparedComponent };

export type OversightOptions = {
  readonly loaded: readonly LoadedComponent[];
  readonly limits: WorkerLimits;
  /** The triggers that run; more come later. */
  readonly triggers: readonly RunningTrigger[];
  /** Makes what ends a guest that holds the thread, after so many milliseconds of processor time. Throws an `Error` where that cannot be. */
  readonly createWatchdog: (countdownMs: number) => ThreadWatchdog;
  /** Returns the bytes of memory that this process holds for itself. */
  readonly ownMemoryBytes: () => number;
  readonly log: (line: string) => void;
  /** What the threads of the worker tell each other; absent where there is one. */
  readonly instances?: InstanceCount | undefined;
};

/** What the triggers get: components that are watched, and the way in. */
export type Oversight = {
  readonly components: ReadonlyMap<string, TriggerComponent>;
  readonly admission: Admission;
  /** Watches no more: no guest of the worker is at work, or will be. */
  close(): void;
};

/** Sets the limits up for a worker's components. */
export function oversee(options: OversightOptions): Oversight {
  const { loaded, limits, ownMemoryBytes, instances } = options;
  const inUse = () => loaded.reduce((sum, { prepared }) => sum + prepared.inUse, 0);
  const admission = new Admission(
    () => {
      const own = inUse();
      const all = instances === undefined ? own : tellInstances(instances, own);
      // No thread waits for another one.
      if (own === 0) return true;
      return all < limits.maxInstances && (limits.maxBusyBytes === null || ownMemoryBytes() < limits.maxBusyBytes);
    },
    instances && (() => void tellInstances(instances, inUse())),
  );
  const guard = createGuard(options, admission, () => inUse() > 0);
  const watched = guard === null ? loaded : loaded.map((component) => watchedBy(guard, component));
  const components = new Map(watched.map((component) => [component.id, component]));
  return { components, admission, close: () => guard?.close() };
}

function watchedBy(guard: ThreadGuard, component: TriggerComponent): TriggerComponent {
  return {
    ...component,
    instantiate: (program) => {
      guard.touch();
      return component.instantiate(program);
    },
  };
}

function createGuard(options: OversightOptions, admission: Admission, isBusy: () => boolean): ThreadGuard | null {
  const limitMs = options.limits.processorMs;
  if (limitMs === null) return null;
  try {
    const onBite = () => {
      admission.clear();
      giveUp(options, limitMs);
    };
    return new ThreadGuard({ watchdog: options.createWatchdog(countdownOf(limitMs)), limitMs, isBusy, onBite });
  } catch (error) {
    options.log(
      `Warning: ${PROCESSOR_VARIABLE} cannot be kept, a guest may hold the processor for ever: ${String(error)}`,
    );
    return null;
  }
}

/** Tells those who wait for work that was lost, and the operator who did it. */
function giveUp({ loaded, triggers, log }: OversightOptions, limitMs: number): void {
  const culprit = findCulprit(loaded);
  let answered = 0;
  let broken = 0;
  for (const trigger of triggers) {
    const abandoned = trigger.abandon(culprit?.instance.owner);
    answered += abandoned.answered;
    broken += abandoned.broken;
  }
  const who = culprit === undefined ? 'something' : `component ${JSON.stringify(culprit.id)}`;
  log(
    `Error processing request: ${who} held its thread for more than ${limitMs / 1000} s of processor time (${PROCESSOR_VARIABLE}) and was ended; ` +
      `requests given up: ${answered} answered with 504 or 503, ${broken} broken off`,
  );
}

function findCulprit(loaded: readonly LoadedComponent[]): { id: string; instance: ComponentInstance } | undefined {
  for (const { id, prepared } of loaded) {
    if (prepared.running !== undefined) return { id, instance: prepared.running };
  }
  return undefined;
}
