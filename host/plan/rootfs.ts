// Opens files of an image by the path that the image means: as a process inside of it would, with the rootfs as `/`. A link that
// leads out of the rootfs leads to a place in it, and what was opened is looked at again, so that a race cannot help either.

import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** As many links as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;

/** Where an image has its manifest, whatever its entry point says. */
export const MANIFEST_PATH = '/spin.toml';

/** A regular file of an image, open for reading. The caller closes it. */
export type RootfsFile = { readonly handle: FileHandle; readonly size: number };

/** Opens a regular file. Throws an error with a system error's `code`: ENOENT, ELOOP, or EISDIR for anything that is no file. */
export async function openRootfsFile(rootfs: string, path: string): Promise<RootfsFile> {
  const root = await realpath(rootfs);
  const resolved = await resolveInRootfs(root, path);
  // Without NONBLOCK a FIFO would block; without NOFOLLOW a link could take the file's place by now.
  const handle = await open(resolved, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const actual = await readlink(`/proc/self/fd/${handle.fd}`);
    if (actual !== resolved) throw systemError('ELOOP', `${path} moved while it was opened`);
    const { size } = await requireKind(handle, path);
    return { handle, size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Whether a path of an image is a directory. */
export async function isRootfsDirectory(rootfs: string, path: string): Promise<boolean> {
  try {
    const root = await realpath(rootfs);
    return (await stat(await resolveInRootfs(root, path))).isDirectory();
  } catch {
    return false;
  }
}

/** Follows `path` from the root, with every link, and returns the machine's path, which has none left. */
async function resolveInRootfs(root: string, path: string): Promise<string> {
  const pending = path.split('/').reverse();
  const done: string[] = [];
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done.pop();
      continue;
    }
    const here = join(root, ...done, name);
    if (!(await lstat(here)).isSymbolicLink()) {
      done.push(name);
      continue;
    }
    if (++links > MAX_LINKS) throw systemError('ELOOP', `${path} has too many links`);
    const target = await readlink(here);
    if (target.startsWith('/')) done.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return join(root, ...done);
}

async function requireKind(handle: FileHandle, path: string): Promise<{ size: number }> {
  const status = await handle.stat();
  if (!status.isFile()) throw systemError('EISDIR', `${path} is not a regular file`);
  return status;
}

function systemError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
