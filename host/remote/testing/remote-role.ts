// The remote process from its sources.

import { runRemote } from '../main.ts';

await runRemote();
