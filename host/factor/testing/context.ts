// A factor's surroundings in a test.

import type { AppPlan } from '../../gen/runtime.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { FactorContext } from '../factor.ts';

/** Creates a context without environment, way in and listeners, but for `more`. */
export function createFactorContext(app: AppPlan, more: Partial<FactorContext> = {}): FactorContext {
  return {
    app,
    environment: {},
    root: '/',
    openGuestOutput: () => new BodyPipe(),
    warn: () => {},
    entrance: () => undefined,
    ...more,
  };
}
