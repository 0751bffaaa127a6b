// Keeps only some of an app's components and the triggers that name them: selective deployment.

import type { AppPlan, ComponentPlan, Diagnostic, HttpRoute } from '../../host/gen/runtime.ts';
import { chainingTargetOf } from '../policy/service-chaining.ts';

/** Where operators say what is kept. */
const FIELD = 'SPIN_COMPONENTS_TO_RETAIN';

/** Keeps the components in `ids`, or says what stands against it. An empty list keeps everything. */
export function retainComponents(plan: AppPlan, ids: readonly string[], file: string): AppPlan | Diagnostic[] {
  if (ids.length === 0) return plan;
  const wanted = new Set(ids);
  const known = plan.components.map(({ id }) => id);
  const problems = [...wanted]
    .filter((id) => !known.includes(id))
    .map((id) => {
      const message = `specified component ${JSON.stringify(id)} not found in application`;
      return problemOf(file, message, `use some of: ${known.join(', ')}`);
    });
  const triggers = plan.triggers.map((trigger) => ({
    ...trigger,
    val: { routes: trigger.val.routes.filter((route) => isKept(route, wanted)) },
  }));
  const named = new Set(
    triggers.flatMap(({ val }) => val.routes.flatMap(({ target }) => ('val' in target ? target.val : []))),
  );
  const components = plan.components.filter(({ id }) => named.has(id));
  const kept = new Set(components.map(({ id }) => id));
  problems.push(...components.flatMap((component) => checkChaining(component, kept, file)));
  return problems.length > 0 ? problems : { ...plan, triggers, components };
}

function isKept(route: HttpRoute, wanted: ReadonlySet<string>): boolean {
  return route.target.tag === 'component' && wanted.has(route.target.val);
}

/** A component that may call one that is left out would fail at its first such call. */
function checkChaining(component: ComponentPlan, kept: ReadonlySet<string>, file: string): Diagnostic[] {
  const targets = component.allowedOutboundHosts.flatMap((host) => {
    const target = host.tag === 'rule' ? chainingTargetOf(host.val) : 'none';
    if (target === 'none') return [];
    return target === 'all' || !kept.has(target.id) ? [target === 'all' ? '*' : target.id] : [];
  });
  return [...new Set(targets)].map((target) => {
    const message = `component \`${component.id}\` may call \`${target}.spin.internal\`, which is not retained`;
    const fix = target === '*' ? 'allow it to call those that are retained' : `retain \`${target}\`, too`;
    return problemOf(file, message, fix);
  });
}

function problemOf(file: string, message: string, fix: string): Diagnostic {
  return { severity: 'error', file, field: FIELD, message, fix };
}
