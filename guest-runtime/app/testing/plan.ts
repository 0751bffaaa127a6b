// Plans apps by the sources and by the component that they are compiled to, which must say the same.

import * as assert from 'uvu/assert';
import type { AppPlan, AppSource, Diagnostic } from '../../../host/gen/runtime.ts';
import { compact, openCompiled } from '../../../host/plan/testing/compiled.ts';
import { planApp } from '../plan.ts';

const compiled = await openCompiled();

/** Plans an app both ways. */
export function planBoth(source: AppSource, retain: string[] = []): AppPlan | Diagnostic[] {
  const plan = planApp(source, { retain });
  assert.equal(compact(compiled.planApp(source, { retain })), compact(plan), 'the compiled component plans otherwise');
  return plan;
}

/** Plans an app by its manifest. */
export function planManifest(text: string, retain: string[] = []): AppPlan | Diagnostic[] {
  return planBoth({ tag: 'manifest', val: { name: '/spin.toml', text } }, retain);
}
