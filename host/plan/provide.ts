// Provides a container with its app out of the cache of the node. A second container of an image needs no more than the record of the
// first: no process is started, no component read except to see that it is undamaged. Containers that are created at the same time
// prepare their image once, one behind the other.

import { mkdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { sha256 } from '../sha256.ts';
import { readPreparedApp } from './app-entry.ts';
import { type Command, readVersions } from './executable.ts';
import { FileLock } from './file-lock.ts';
import type { ArtifactFolder, PrepareOptions } from './prepare.ts';
import { foldersOf, type PreparedApp } from './prepared-app.ts';
import { holdUse, type ImageIdentity, lockOfSweep, recordUse, statInputs, touchUse, type Use } from './use.ts';

/** How long one may wait for another that prepares the same image: as long as that may take. In ms. */
const TURN_MS = 150_000;

/** How long one may wait for a sweep to find what it removes. In ms. */
const SWEEP_MS = 10_000;

/** Which app is wanted, and where it is. */
export type AppRequest = Pick<PrepareOptions, 'rootfs' | 'cacheDirectory' | 'runtimeComponent' | 'fetchRemotes'> & {
  readonly retain: readonly string[];
  /** The container's image; null when it is not known. */
  readonly image: ImageIdentity | null;
  /** Brings the layers of the image into the cache; absent when its files are the app. */
  readonly fetchLayers?: (() => Promise<ArtifactFolder>) | undefined;
  /** How to start the plan process; by default this executable. */
  readonly command?: Command;
};

/** An app that stays in the cache until it is released. */
export type ProvidedApp = {
  readonly app: PreparedApp;
  /** The folder of `app.json`. */
  readonly directory: string;
  readonly release: () => void;
};

/**
 * Provides. Throws `PlanRefusedError` when the app is at fault, a system error when the cache cannot be used, and a `StatusError` for
 * anything else.
 */
export async function provideApp(request: AppRequest): Promise<ProvidedApp> {
  const { cacheDirectory: cache } = request;
  const name = nameOf(request);
  await mkdir(join(cache, 'locks'), { recursive: true, mode: 0o755 });
  using _ = await FileLock.take(lockOfSweep(cache), 'shared', SWEEP_MS);
  const known = await findKnown(request, name);
  if (known) return known;
  // The files are few and stay, because removing one that others wait for is a race.
  using __ = await FileLock.take(join(cache, 'locks', name.slice(0, 2)), 'exclusive', TURN_MS);
  return (await findKnown(request, name)) ?? (await prepare(request, name));
}

/** The name of the record of an image's app: it changes with anything that the app depends on, except the image's files. */
function nameOf({ image, retain, runtimeComponent, fetchLayers }: AppRequest): string {
  return sha256(JSON.stringify([readVersions(), image, retain, runtimeComponent ?? null, fetchLayers !== undefined]));
}

/** What an earlier container of the image has left, if it is whole and the image's files are still those. */
async function findKnown({ image, cacheDirectory, runtimeComponent, rootfs }: AppRequest, name: string) {
  // A guest runtime on the node may be another by now, under the same path.
  if (image === null || runtimeComponent !== undefined) return null;
  const held = holdUse(cacheDirectory, name);
  if (held === null) return null;
  const { use, lock } = held;
  const provided = await readKnown(cacheDirectory, rootfs, use).catch(() => null);
  if (provided === null) {
    lock[Symbol.dispose]();
    return null;
  }
  touchUse(lock);
  return { ...provided, release: () => lock[Symbol.dispose]() };
}

async function readKnown(cache: string, rootfs: string, { app, inputs }: Use) {
  const found = await statInputs(
    rootfs,
    inputs.map(({ path }) => path),
  );
  if (JSON.stringify(found) !== JSON.stringify(inputs)) return null;
  const directory = join(cache, app);
  const prepared = await readPreparedApp(cache, directory);
  return prepared && { app: prepared, directory };
}

async function prepare(request: AppRequest, name: string): Promise<ProvidedApp> {
  const { cacheDirectory: cache, rootfs, image } = request;
  const artifact = await request.fetchLayers?.();
  const { prepareApp } = await import('./prepare.ts');
  const { app, directory, plan, files, remotes } = await prepareApp({ ...request, artifact });
  const whole = [directory, plan, ...remotes, ...(artifact ? [artifact.directory] : [])];
  const parts = whole.map((folder) => relative(cache, folder));
  const use: Use = {
    image,
    inputs: await statInputs(rootfs, files),
    app: relative(cache, directory),
    folders: [...parts, ...foldersOf(app)],
  };
  // Without an image, or when the image's record is of other files, the app has a record of its own.
  const ofApp = sha256(JSON.stringify([image, basename(directory)]));
  const lock = await recordUse(cache, image === null ? [ofApp] : [name, ofApp], use);
  if (lock) touchUse(lock);
  return { app, directory, release: () => lock?.[Symbol.dispose]() };
}
