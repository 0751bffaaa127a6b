// Loads the code of one role, and nothing of the others: from the sources by import, in the single executable from the assets
// `<role>.cjs` (one CommonJS bundle) and `<role>.cache` (V8's code cache of it, wrapped as `wrapRole` does).
import { createRequire } from 'node:module';
import { getAsset, getRawAsset, isSea } from 'node:sea';
import { constants, Script } from 'node:vm';
import type { Role, RoleName } from './invocation.ts';

type RoleModule = { readonly main: Role };

/** Loads a role. */
export async function loadRole(name: RoleName): Promise<Role> {
  if (isSea()) return runBundle(name).main;
  // Not a literal, so that no bundler follows it.
  const path = `./${name}/main.ts`;
  const module = (await import(path)) as RoleModule;
  return module.main;
}

/** Wraps a role's bundle as CommonJS does; the code cache must be made of this very text, with this executable. */
export function wrapRole(source: string): string {
  return `(function (exports, require, module) {${source}\n})`;
}

function runBundle(name: RoleName): RoleModule {
  const script = new Script(wrapRole(getAsset(`${name}.cjs`, 'utf8')), {
    filename: `${name}.cjs`,
    cachedData: new Uint8Array(getRawAsset(`${name}.cache`)),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} as RoleModule };
  script.runInThisContext()(module.exports, createRequire(process.execPath), module);
  return module.exports;
}
