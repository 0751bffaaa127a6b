// The guest runtime as the component that `make build` made of it, called as its sources are: so that the same cases go through both.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AppPlan, AppSource, ComponentPlan, Diagnostic, HttpExecutor, PlanOptions } from '../../gen/runtime.ts';
import { readAsset } from '../executable.ts';
import { openGuestRuntime } from '../guest-runtime.ts';

const FOLDER = 'guest-runtime';

/** Functions of the guest runtime that decide. */
export type Deciders = {
  readonly planApp: (source: AppSource, options: PlanOptions) => AppPlan | Diagnostic[];
  readonly selectHandler: (
    component: ComponentPlan,
    executor: HttpExecutor,
    exports: readonly string[],
  ) => string | Diagnostic;
};

/** Instantiates the component. Throws when it was not built. */
export async function openCompiled(): Promise<Deciders> {
  const names = readdirSync(join(import.meta.dirname, '../../../build/plan', FOLDER));
  const { app } = await openGuestRuntime(new Map(names.map((name) => [name, readAsset(`${FOLDER}/${name}`)])));
  return {
    planApp: (source, options) => resultOf<AppPlan, Diagnostic[]>(() => app.plan(source, options)),
    selectHandler: (component, executor, exports) =>
      resultOf<string, Diagnostic>(() => app.selectHandler(component, executor, [...exports])),
  };
}

/** Returns a value without what is absent in it: the component gives absent fields as undefined ones. */
export function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const present = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(present.map(([name, field]) => [name, compact(field)]));
}

/** Returns also the error of a result, which is thrown. */
function resultOf<T, E>(call: () => T): T | E {
  try {
    return call();
  } catch (error) {
    const payload = (error as { payload?: E }).payload;
    if (payload === undefined) throw error;
    return payload;
  }
}
