// Starts the `plan` role alone, for tests that run from the sources.

import { runPlan } from '../main.ts';

await runPlan();
