// Variables for guests: `fermyon:spin/variables@2.0.0`, `fermyon:spin/config` of Spin 1 and `wasi:config/store`. A component sees
// its own table of variables, whose values are templates over the app's.

import type { ComponentPlan } from '../gen/runtime.ts';
import type { AppFactor, ComponentFactor, Factor } from './factor.ts';
import type { VariableResolver } from './variable.ts';

/** An error case of the guest's interfaces: a variant with a message. */
type VariableError = { readonly tag: string; readonly val: string };

/** The grammar of variable names (https://spinframework.dev/variables#adding-variables-to-your-applications). */
const NAME = /^[a-z](?:_?[a-z0-9])*$/;

/** The variables factor. */
export const variables: Factor = {
  name: 'variables',
  configure({ variables }): AppFactor {
    return { prepare: (component) => createComponentVariables(component, variables) };
  },
};

function createComponentVariables(component: ComponentPlan, resolver: VariableResolver): ComponentFactor {
  const templates = new Map(component.variables);

  /** Throws a `VariableError` with the cases of `fermyon:spin/variables@2.0.0`. */
  async function get(name: string): Promise<string> {
    if (!NAME.test(name)) throw createError('invalid-name', `${JSON.stringify(name)}: not a lower-case snake name`);
    const template = templates.get(name);
    if (template === undefined)
      throw createError('undefined', `no variable for ${JSON.stringify(`${component.id}.${name}`)}`);
    try {
      return await resolver.render(template);
    } catch (error) {
      throw createError('provider', error instanceof Error ? error.message : String(error));
    }
  }

  return {
    shared: {
      'fermyon:spin/variables@2': { get },
      'fermyon:spin/config': { getConfig: (key: string) => get(key).catch(rethrowAs(configCase)) },
      'wasi:config/store@0.2.0-draft-2024-09-27': {
        get: (key: string) => get(key).catch(absentOr(rethrowAs(storeCase))),
        getAll: () =>
          Promise.all([...templates.keys()].map(async (key) => [key, await get(key)])).catch(rethrowAs(storeCase)),
      },
    },
  };
}

function createError(tag: string, val: string): VariableError {
  return { tag, val };
}

function configCase(tag: string): string {
  return tag === 'invalid-name' ? 'invalid-key' : 'provider';
}

function storeCase(tag: string): string {
  return tag === 'provider' ? 'upstream' : 'io';
}

function rethrowAs(caseOf: (tag: string) => string): (error: VariableError) => never {
  return (error) => {
    throw createError(caseOf(error.tag), error.val);
  };
}

/** `wasi:config/store` says none where there is no such variable. */
function absentOr(rethrow: (error: VariableError) => never): (error: VariableError) => undefined {
  return (error) => (error.tag === 'undefined' || error.tag === 'invalid-name' ? undefined : rethrow(error));
}
