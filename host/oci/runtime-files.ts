// The folder with everything that the worker's process needs from the machine: the executable, the dynamic loader and the shared libraries,
// just as this process runs with them. Made once for each version of them, below the cache folder, where /run often forbids execution.
// Files are read through /proc/self, so that an upgrade of the node while a shim runs changes nothing for the shim's next container.

import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../sha256.ts';
import { isLoader, type MappedFile, mappedLibraries, nameOf, stemOf } from './mapped-files.ts';
import { LOADER } from './spin-spec.ts';

/** Libraries that the C library loads only when a name is to be resolved. */
const RESOLVER_LIBRARIES = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];

/** A folder that no container was created with for this long is removed when a new one is made, in milliseconds. */
const UNUSED_MS = 7 * 24 * 3600 * 1000;

const EXECUTABLE = '/proc/self/exe';

/** Returns the folder for this process's version, and makes it when it is missing. Rejects with a system error. */
export async function provideRuntimeFiles(cacheDirectory: string, executable: string): Promise<string> {
  const libraries = mappedLibraries(await readFile('/proc/self/maps', 'utf8'));
  const versions = join(cacheDirectory, 'runtime');
  const directory = join(versions, await versionOf(executable, libraries));
  const now = new Date();
  // On a read-only file system it may be there all the same.
  const isMade = await utimes(directory, now, now).then(
    () => true,
    () => existsSync(directory),
  );
  if (!isMade) {
    await mkdir(versions, { recursive: true, mode: 0o755 });
    await makeFolder(directory, executable, libraries);
    await removeUnused(versions, now.getTime() - UNUSED_MS);
  }
  return directory;
}

async function versionOf(executable: string, libraries: readonly MappedFile[]): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(EXECUTABLE);
  const parts = [executable, dev, ino, size, mtimeMs, ...libraries.flatMap(({ path, identity }) => [path, identity])];
  return sha256(parts.join('\n')).slice(0, 32);
}

// Others may make the same folder at the same time; the first one to rename wins, and all have the same content.
async function makeFolder(directory: string, executable: string, libraries: readonly MappedFile[]): Promise<void> {
  const draft = await mkdtemp(`${directory}.`);
  try {
    await placeExecutable(executable, join(draft, basename(executable)));
    for (const library of libraries) await placeLibrary(library, draft);
    await placeResolverLibraries(libraries, draft);
    // The container's user reads it, whoever that is.
    await chmod(draft, 0o755);
    await rename(draft, directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

// A hard link costs nothing, but the path may lead to a newer version by now, or to another file system.
async function placeExecutable(executable: string, target: string): Promise<void> {
  const [current, own] = await Promise.all([stat(executable).catch(() => null), stat(EXECUTABLE)]);
  const isSame = current?.ino === own.ino && current.dev === own.dev;
  const isLinked =
    isSame &&
    (await link(executable, target).then(
      () => true,
      () => false,
    ));
  if (!isLinked) await copyFile(EXECUTABLE, target);
}

async function placeLibrary(library: MappedFile, draft: string): Promise<void> {
  const name = isLoader(library) ? LOADER : nameOf(library.path);
  await copyFile(`/proc/self/map_files/${library.range}`, join(draft, name));
  if (isLoader(library)) return;
  const directory = dirname(library.path);
  const stem = stemOf(library.path);
  for (const alias of await readdir(directory)) {
    if (!alias.startsWith(stem) || alias === name) continue;
    const target = await readlink(join(directory, alias)).catch(() => '');
    if (basename(target) === name) await symlink(name, join(draft, alias));
  }
}

async function placeResolverLibraries(libraries: readonly MappedFile[], draft: string): Promise<void> {
  const libc = libraries.find(({ path }) => stemOf(path) === 'libc.so');
  if (!libc) return;
  for (const name of RESOLVER_LIBRARIES) {
    await copyFile(join(dirname(libc.path), name), join(draft, name)).catch(() => {});
  }
}

async function removeUnused(versions: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(versions)) {
    const path = join(versions, name);
    const used = await stat(path).catch(() => null);
    if (used && used.mtimeMs < beforeMs) await rm(path, { recursive: true, force: true });
  }
}
