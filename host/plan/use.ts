// Which entries of the cache a container needs, and for which image: one record for each app of an image, in <cache>/uses. The shim of a
// container that runs has the record locked; the sweep (sweep.ts) keeps what is named by a record that is locked or whose image is there.
// A record is written once and in place, because a lock is on the file and not on its name.

import { ftruncateSync, futimesSync, readFileSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLock } from './file-lock.ts';
import { openRootfsFile } from './rootfs.ts';

/** An image as one containerd knows it. */
export type ImageIdentity = { readonly address: string; readonly namespace: string; readonly digest: string };

/** A file of an image that an app was prepared from, as far as can be told without reading it. */
export type InputFile = { readonly path: string; readonly size: number; readonly modified: string };

/** The content of a record. */
export type Use = {
  /** Null when containerd does not know it. */
  readonly image: ImageIdentity | null;
  /** Empty when the app is in the image's layers. */
  readonly inputs: readonly InputFile[];
  /** The folder of the app, below the cache as all of them. */
  readonly app: string;
  /** All folders that the app needs. */
  readonly folders: readonly string[];
};

/** The folder of the records. */
export function usesFolder(cache: string): string {
  return join(cache, 'uses');
}

/** The file that whoever reads or writes entries has locked together with others, and the sweep alone. */
export function lockOfSweep(cache: string): string {
  return join(cache, 'locks/sweep');
}

/** Locks the record of that name, and reads it. Null when there is none, or none that can be read. */
export function holdUse(cache: string, name: string): { readonly use: Use; readonly lock: FileLock } | null {
  const lock = FileLock.tryTake(join(usesFolder(cache), name), 'shared');
  const use = lock && parseUse(readFileSync(lock.descriptor, 'utf8'));
  if (use) return { use, lock };
  lock?.[Symbol.dispose]();
  return null;
}

/**
 * Writes a record under the first of the names that is free, or that has it already; gives it locked. Null when it cannot be written:
 * then the sweep does not know of the container.
 */
export async function recordUse(cache: string, names: readonly string[], use: Use): Promise<FileLock | null> {
  await mkdir(usesFolder(cache), { recursive: true, mode: 0o755 }).catch(() => undefined);
  const text = JSON.stringify(use);
  for (const name of names) {
    const lock = await FileLock.take(join(usesFolder(cache), name), 'shared', 0);
    if (lock === null) return null;
    if (writeOnce(lock, text)) return lock;
    lock[Symbol.dispose]();
  }
  return null;
}

function writeOnce({ descriptor }: FileLock, text: string): boolean {
  try {
    const present = readFileSync(descriptor, 'utf8');
    if (parseUse(present) !== null) return present === text;
    ftruncateSync(descriptor, 0);
    writeSync(descriptor, text, 0);
  } catch {
    // What is not written whole is no record, and is written anew by the next container.
  }
  return true;
}

/** Notes that a record is used now. */
export function touchUse({ descriptor }: FileLock): void {
  const now = new Date();
  try {
    futimesSync(descriptor, now, now);
  } catch {
    // A cache that cannot be written to is not swept either.
  }
}

/** Parses a record; null for anything else. */
export function parseUse(text: string): Use | null {
  try {
    const use = JSON.parse(text) as Partial<Use> | null;
    const isUse = Array.isArray(use?.inputs) && Array.isArray(use.folders) && typeof use.app === 'string';
    return isUse ? (use as Use) : null;
  } catch {
    return null;
  }
}

/** Looks at files of an image. Rejects with a system error when one is not there. */
export async function statInputs(rootfs: string, paths: readonly string[]): Promise<InputFile[]> {
  const inputs: InputFile[] = [];
  for (const path of paths) {
    const { handle } = await openRootfsFile(rootfs, path);
    try {
      const { size, mtimeNs } = await handle.stat({ bigint: true });
      inputs.push({ path, size: Number(size), modified: `${mtimeNs}` });
    } finally {
      await handle.close();
    }
  }
  return inputs;
}
