// V8's heap in a worker: a pod may have little memory, and a request leaves little behind that lives.

import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at its first size, 1 MB, instead of letting it grow to 32 MB while requests come fast: some more collections
 * for a third less memory. Called before anything else allocates.
 */
export function limitYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
