// Removes from the cache what no container runs and no image needs any more. containerd collects an image's content by itself, but not
// what was made of it, so this asks: at most once an hour, when a container is created, for every containerd that has used the cache.

import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLock } from './file-lock.ts';
import { type ImageIdentity, lockOfSweep, parseUse, type Use, usesFolder } from './use.ts';

/** Whether a containerd has an image; unknown when it cannot be asked. */
export type Presence = 'present' | 'absent' | 'unknown';

const HOUR_MS = 3600 * 1000;

/** How long what nobody runs is kept, counted from the last container that did. Bounds what upgrades and old tags leave behind. */
const UNUSED_MS: Readonly<Record<Presence, number>> = { present: 7 * 24 * HOUR_MS, unknown: HOUR_MS, absent: 0 };

/** Between two sweeps of a cache. */
const INTERVAL_MS = HOUR_MS;

/** How long a sweep waits for a moment in which no container is being created. */
const WAIT_MS = 10_000;

/** The folders whose folders belong to images. */
const SWEPT = ['apps', 'plans', 'components', 'files', 'artifacts', 'remotes'];

/** Whether nobody has swept a cache for an hour; who is told so is expected to. */
export async function claimSweep(cache: string): Promise<boolean> {
  const mark = join(cache, 'swept');
  const { mtimeMs } = await stat(mark).catch(() => ({ mtimeMs: 0 }));
  if (Date.now() - mtimeMs < INTERVAL_MS) return false;
  return writeFile(mark, '').then(
    () => true,
    () => false,
  );
}

/** Sweeps. `findImage` tells whether an image is still there. Gives the folders that were removed. Rejects with a system error. */
export async function sweepCache(
  cache: string,
  findImage: (image: ImageIdentity) => Promise<Presence>,
): Promise<string[]> {
  const expired = await listExpired(cache, findImage);
  await mkdir(join(cache, 'tmp'), { recursive: true, mode: 0o755 });
  const trash = await mkdtemp(join(cache, 'tmp/'));
  try {
    // Only what is quick happens under the lock: containers that are being created wait for it.
    using all = await FileLock.take(lockOfSweep(cache), 'exclusive', WAIT_MS);
    return all ? await moveUnused(cache, expired, trash) : [];
  } finally {
    await rm(trash, { recursive: true, force: true });
  }
}

/** The records that may go, as they were when this was decided: by name, when they were last used. */
async function listExpired(
  cache: string,
  findImage: (image: ImageIdentity) => Promise<Presence>,
): Promise<Map<string, number>> {
  const expired = new Map<string, number>();
  for (const name of await readdir(usesFolder(cache)).catch(() => [])) {
    const { use, usedMs } = await readUse(cache, name);
    const presence = use?.image ? await findImage(use.image) : 'unknown';
    if (usedMs !== null && Date.now() - usedMs >= UNUSED_MS[presence]) expired.set(name, usedMs);
  }
  return expired;
}

async function moveUnused(cache: string, expired: ReadonlyMap<string, number>, trash: string): Promise<string[]> {
  const kept = await removeRecords(cache, expired);
  if (kept === null) return [];
  const removed: string[] = [];
  for (const kind of SWEPT) {
    for (const name of await readdir(join(cache, kind)).catch(() => [])) {
      const folder = `${kind}/${name}`;
      if (kept.has(folder)) continue;
      await rename(join(cache, folder), join(trash, `${removed.length}`));
      removed.push(folder);
    }
  }
  return removed;
}

/** Removes the records that nobody has locked or used since. Gives the folders that the others name; null when that cannot be told. */
async function removeRecords(cache: string, expired: ReadonlyMap<string, number>): Promise<Set<string> | null> {
  const kept = new Set<string>();
  for (const name of await readdir(usesFolder(cache)).catch(() => [])) {
    const path = join(usesFolder(cache), name);
    using lock = FileLock.tryTake(path, 'exclusive');
    const { use, usedMs } = await readUse(cache, name);
    if (lock && (use === null || expired.get(name) === usedMs)) await rm(path, { force: true });
    else if (use === null) return null;
    else for (const folder of use.folders) kept.add(folder);
  }
  return kept;
}

/** A record and when it was last used; null twice when another sweep has removed it. */
async function readUse(cache: string, name: string): Promise<{ use: Use | null; usedMs: number | null }> {
  const path = join(usesFolder(cache), name);
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { use: parseUse(text), usedMs: mtimeMs };
  } catch {
    return { use: null, usedMs: null };
  }
}
