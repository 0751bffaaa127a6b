// Looks up what the host offers. Components choose the names that they import, so only what was offered under a name counts: every object
// of JavaScript has a `constructor` besides.

import type { HostImports } from './engine.ts';

/** Returns the interface that is offered as `key`, which is the `compatibleName` of an import. */
export function findOffered(imports: HostImports | undefined, key: string): Record<string, unknown> | undefined {
  return imports !== undefined && Object.hasOwn(imports, key) ? imports[key] : undefined;
}
