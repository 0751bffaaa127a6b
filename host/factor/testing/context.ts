// A factor's surroundings in a test.

import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { AppPlan } from '../../gen/runtime.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { FactorContext } from '../factor.ts';
import { emptyRuntimeConfig } from '../runtime-config/empty.ts';
import { createVariableResolver } from '../variable.ts';
import { createEnvironmentProvider } from '../variable-provider/environment.ts';

/** Creates a context without environment, way in and listeners, but for `more`. */
export function createFactorContext(app: AppPlan, more: Partial<FactorContext> = {}): FactorContext {
  return {
    app,
    environment: {},
    root: '/',
    runtimeConfig: emptyRuntimeConfig,
    readConfigFile: (path) => readFileSync(path, 'utf8'),
    loadHttps: () => https,
    variables: createVariableResolver(app.variables, [createEnvironmentProvider({ environment: {} })]),
    openGuestOutput: () => new BodyPipe(),
    warn: () => {},
    entrance: () => undefined,
    ...more,
  };
}
