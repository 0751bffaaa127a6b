// The exports of the world `runtime` (wit/runtime.wit). The only file of the guest runtime that knows how a component is called:
// results are returned or thrown here; everything below works on plain values and runs in any JavaScript engine.

import type {
  AppExports,
  AppSource,
  ComponentPlan,
  Diagnostic,
  DispatchExports,
  HttpExecutor,
  LinkExports,
  LinkOptions,
  PlanOptions,
} from '../host/gen/runtime.ts';
import { planApp } from './app/plan.ts';
import { selectHandler } from './dispatch/handler.ts';
import { readComponentExterns } from './link/externs.ts';
import { MalformedComponentError } from './link/reader.ts';

export const app: AppExports = {
  plan(source: AppSource, options: PlanOptions) {
    const plan = planApp(source, options);
    if (Array.isArray(plan)) throw plan;
    return plan;
  },
  selectHandler(component: ComponentPlan, executor: HttpExecutor, exports: string[]) {
    const handler = selectHandler(component, executor, exports);
    if (typeof handler !== 'string') throw handler;
    return handler;
  },
};

export const link: LinkExports = {
  link(component: Uint8Array, options: LinkOptions) {
    try {
      const { imports, exports } = readComponentExterns(component);
      return { imports: [...imports], exports: [...exports] };
    } catch (error) {
      if (!(error instanceof MalformedComponentError)) throw error;
      throw diagnosticFromError(error, options.name);
    }
  },
};

export const dispatch: DispatchExports = {
  // No plan of this guest runtime has a dynamic entry, so the host never asks.
  decide: () => ({ tag: 'respond', val: [404, new Uint8Array()] }),
};

function diagnosticFromError(error: MalformedComponentError, name: string): Diagnostic {
  const isCoreModule = error.message.startsWith('not a component but a core module');
  const fix = isCoreModule ? 'build it for wasm32-wasip2, or wrap it with `wasm-tools component new`' : undefined;
  return { severity: 'error', file: name, message: error.message, fix };
}
