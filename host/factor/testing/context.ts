// A factor's surroundings in a test.

import type { AppPlan } from '../../gen/runtime.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { FactorContext } from '../factor.ts';
import { createVariableResolver } from '../variable.ts';
import { createEnvironmentProvider } from '../variable-provider/environment.ts';

/** Creates a context without environment, way in and listeners, but for `more`. */
export function createFactorContext(app: AppPlan, more: Partial<FactorContext> = {}): FactorContext {
  return {
    app,
    environment: {},
    root: '/',
    variables: createVariableResolver(app.variables, [createEnvironmentProvider({ environment: {} })]),
    openGuestOutput: () => new BodyPipe(),
    warn: () => {},
    entrance: () => undefined,
    ...more,
  };
}
