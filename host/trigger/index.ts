// The triggers by the tag their plans carry. A new one is a folder of this room and a line here.

import type { TriggerPlan } from '../gen/runtime.ts';
import { startHttpTrigger } from './http/trigger.ts';
import type { RunningTrigger, TriggerContext } from './trigger.ts';

/** Starts the trigger of a plan. */
export function startTrigger(plan: TriggerPlan, context: TriggerContext): Promise<RunningTrigger> {
  switch (plan.tag) {
    case 'http':
      return startHttpTrigger(plan.val, context);
  }
}
