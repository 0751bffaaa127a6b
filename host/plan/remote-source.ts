// Components that a manifest takes from elsewhere, by URL or from a registry. They are fetched once for all apps of the node, by a
// process that runs no code of the app:
//   <cache>/remotes/<key>/component.wasm

import type { AppPlan, ComponentSource } from '../gen/runtime.ts';
import { readContents } from './cache.ts';
import { digestOf } from './digest.ts';

/** A source that is not in the image. */
export type RemoteSource = Extract<ComponentSource, { tag: 'url' | 'registry' }>;

/** The folder in the cache that has a component now, or why there is none. */
export type RemoteResult = { readonly directory: string } | { readonly message: string; readonly fix: string };

/** Brings sources into the cache; a result for each, in their order. */
export type FetchRemotes = (sources: readonly RemoteSource[]) => Promise<readonly RemoteResult[]>;

/** What an app has from elsewhere. */
export type Remotes = {
  readonly find: (source: RemoteSource) => RemoteResult;
  /** The folders of all that are there. */
  readonly directories: readonly string[];
};

/** The name of a component's file in its folder. */
export const REMOTE_FILE = 'component.wasm';

/** The version that a source names exactly; undefined for a range, in which there may be a later one tomorrow. */
export function exactVersionOf(version: string): string | undefined {
  return /^=?\s*(\d+\.\d+\.\d+(?:[-+][^,*]*)?)$/.exec(version.trim())?.[1];
}

/** The folder of a remote component: by the digest that it must have, or by the version of the package that it is. Null for a range. */
export function remoteFolder(cache: string, source: RemoteSource): string | null {
  if (source.tag === 'url') return `${cache}/remotes/${source.val.digest.replace('sha256:', '')}`;
  const { registry, package: name } = source.val;
  const version = exactVersionOf(source.val.version);
  return version === undefined ? null : `${cache}/remotes/${digestOf(['package', 1, registry ?? '', name, version])}`;
}

/** Writes a source for people. */
export function formatRemote(source: RemoteSource): string {
  if (source.tag === 'url') return source.val.url;
  const { registry, package: name, version } = source.val;
  return `${registry === undefined ? '' : `${registry}/`}${name}@${version}`;
}

/**
 * Brings every remote source of a plan into the cache, and tells where they are. `fetch` is asked for those that are not there;
 * without it the node allows none.
 */
export async function resolveRemotes(plan: AppPlan, cache: string, fetch: FetchRemotes | undefined): Promise<Remotes> {
  const sources = plan.components.flatMap(({ source, dependencies }) => [
    source,
    ...dependencies.map((dependency) => dependency.source),
  ]);
  const results = new Map<string, RemoteResult>();
  const missing = new Map<string, RemoteSource>();
  for (const source of sources) {
    if (source.tag !== 'url' && source.tag !== 'registry') continue;
    const directory = remoteFolder(cache, source);
    if (fetch && directory !== null && (await readContents(directory))) results.set(keyOf(source), { directory });
    else missing.set(keyOf(source), source);
  }
  const fetched = missing.size === 0 ? [] : ((await fetch?.([...missing.values()])) ?? []);
  for (const [index, key] of [...missing.keys()].entries()) results.set(key, fetched[index] ?? FORBIDDEN);
  return {
    find: (source) => results.get(keyOf(source)) ?? FORBIDDEN,
    directories: [...results.values()].flatMap((result) => ('directory' in result ? result.directory : [])),
  };
}

/** What an app has from elsewhere whose parts are all in its image. */
export const NO_REMOTES: Remotes = { find: () => FORBIDDEN, directories: [] };

const FORBIDDEN: RemoteResult = {
  message: 'this node takes no components from elsewhere',
  fix: 'copy the wasm file into the image and name its path, or set `RemoteSources` on the node',
};

function keyOf(source: RemoteSource): string {
  return JSON.stringify([source.tag, source.val]);
}
