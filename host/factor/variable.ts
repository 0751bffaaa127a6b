// Values of an app's variables. Providers are asked in order, the first that knows wins; then the declared default
// (https://spinframework.dev/variables).

import type { Template, Variable } from '../gen/runtime.ts';

/** Where values come from. It is asked every time, because values may change. */
export interface VariableProvider {
  /** Returns the value, or nothing when it does not know the variable. Throws when it could not find out. */
  get(name: string): string | undefined | Promise<string | undefined>;
  /** Whether it can only be asked when a value is needed: then it may know any variable. */
  readonly isRemote?: boolean;
}

/** Resolves variables and the templates that name them. */
export interface VariableResolver {
  /** Throws an `Error` when there is no value. */
  resolve(name: string): Promise<string>;
  render(template: Template): Promise<string>;
}

/** Creates the resolver of an app's declared variables. */
export function createVariableResolver(
  variables: readonly Variable[],
  providers: readonly VariableProvider[],
): VariableResolver {
  const declared = new Map(variables.map((variable) => [variable.name, variable]));

  async function resolve(name: string): Promise<string> {
    const variable = declared.get(name);
    if (variable === undefined) throw new Error(`unknown variable ${JSON.stringify(name)}`);
    for (const provider of providers) {
      const value = await provider.get(name);
      if (value !== undefined) return value;
    }
    if (variable.default !== undefined) return variable.default;
    throw new Error(`no provider resolved required variable ${JSON.stringify(name)}`);
  }

  async function render(template: Template): Promise<string> {
    const parts = template.map((part) => (part.tag === 'literal' ? part.val : resolve(part.val)));
    return (await Promise.all(parts)).join('');
  }

  return { resolve, render };
}

/** Throws an `Error` that names every variable without a value. Called at start, so that an app does not fail at its first request. */
export async function checkRequiredVariables(
  variables: readonly Variable[],
  providers: readonly VariableProvider[],
): Promise<void> {
  if (providers.some(({ isRemote }) => isRemote)) return;
  const missing: string[] = [];
  for (const { name, default: value } of variables) {
    if (value !== undefined) continue;
    const found = await Promise.all(providers.map((provider) => provider.get(name)));
    if (found.every((each) => each === undefined)) missing.push(name);
  }
  if (missing.length > 0) throw new Error(`no provider resolved required variable(s): ${JSON.stringify(missing)}`);
}
