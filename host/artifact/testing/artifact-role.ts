// Starts the `artifact` role alone, for tests that run from the sources.

import { runArtifact } from '../main.ts';

await runArtifact();
