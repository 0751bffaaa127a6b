// The executable as this room sees it: how to start it again in the `plan` role, and the files that the build made for that role
// (host/build/guest-runtime.ts). The single executable carries those as assets; run from the sources,
// they are read from build/.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { getRawAsset, isSea } from 'node:sea';

/** A program and its arguments. */
export type Command = { readonly path: string; readonly args: readonly string[] };

/** How to start this executable in a role. */
export function roleCommand(role: 'artifact' | 'plan' | 'remote'): Command {
  if (isSea()) return { path: process.execPath, args: [role] };
  const main = join(findSourceFolder(), 'host/main.ts');
  return { path: process.execPath, args: ['--disable-warning=ExperimentalWarning', main, role] };
}

/** Reads one file by its name below build/plan, such as `guest-runtime/component.js`. Throws when the build did not make it. */
export function readAsset(name: string): Uint8Array {
  if (isSea()) return new Uint8Array(getRawAsset(`plan/${name}`));
  return readFileSync(join(findSourceFolder(), 'build/plan', name));
}

/** What the build says of itself: changes whenever a plan or a prepared component could. */
export type Versions = {
  /** A digest of the code that makes prepared components. */
  readonly preparer: string;
  /** A digest of what the built-in guest runtime was made from. */
  readonly guestRuntime: string;
};

/** Reads the versions of what was built. */
export function readVersions(): Versions {
  return JSON.parse(new TextDecoder().decode(readAsset('versions.json'))) as Versions;
}

/** The checkout: the first folder above the running script that has this room's build. */
function findSourceFolder(): string {
  for (let folder = dirname(process.argv[1] ?? ''); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'build/plan/versions.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('build/plan is missing: run `make build`');
  }
}
