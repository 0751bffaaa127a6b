// Tells Linux containers from Spin containers by what is in the root file system, as the original shim does: an executable that the
// process's arguments lead to comes first, so pause containers and sidecars run as they are; then /spin.toml. An image with neither may
// still have an app in its layers, which are not in the root file system.

import type { FileHandle } from 'node:fs/promises';
import type { Spec } from '../bundle/spec.ts';
import { MANIFEST_PATH, openRootfsFile } from '../plan/rootfs.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { environmentOf } from './spin-spec.ts';

/** Where a name without a slash is looked for when the process has no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const EXECUTE_BITS = 0o111;
const ELF_MAGIC = '\x7fELF';
const SCRIPT_MAGIC = '#!';

/** What a root file system says of its container. */
export type ImageKind = 'linux' | 'spin' | 'unknown';

/** Decides what a container is, as far as its root file system tells. */
export async function readImageKind(rootfs: string, spec: Spec): Promise<ImageKind> {
  for (const path of candidatePaths(spec)) if (await inspect(rootfs, path, isProgram)) return 'linux';
  if (await inspect(rootfs, MANIFEST_PATH, async () => true)) return 'spin';
  return 'unknown';
}

/** Makes the error for a container that is neither. `reason` says why its image's layers are no app either. */
export function unknownImageError(spec: Spec, reason: string): StatusError {
  const candidates = candidatePaths(spec);
  const [command] = spec.process.args ?? [];
  const looked = candidates.length > 0 ? ` (looked for ${candidates.join(', ')})` : '';
  const program = command ? `its command "${command}" is no program${looked}` : 'it has no command';
  const message = `cannot tell what to run: ${program}, the image has no ${MANIFEST_PATH}, and ${reason}`;
  return new StatusError(Code.INVALID_ARGUMENT, message);
}

/** Lists the paths in the image that the process's first argument may mean. */
export function candidatePaths(spec: Spec): string[] {
  const [command = ''] = spec.process.args ?? [];
  if (command === '') return [];
  if (command.startsWith('/')) return [command];
  if (command.includes('/')) return [`${spec.process.cwd}/${command}`];
  const path = environmentOf(spec)['PATH'] || DEFAULT_PATH;
  return path.split(':').map((directory) => `${directory || spec.process.cwd}/${command}`);
}

async function isProgram(file: FileHandle): Promise<boolean> {
  const { mode } = await file.stat();
  if (!(mode & EXECUTE_BITS)) return false;
  const { buffer, bytesRead } = await file.read(new Uint8Array(ELF_MAGIC.length), 0, ELF_MAGIC.length, 0);
  const start = String.fromCharCode(...buffer.subarray(0, bytesRead));
  return start === ELF_MAGIC || start.startsWith(SCRIPT_MAGIC);
}

// A path that leads to no regular file is simply not it.
async function inspect(rootfs: string, path: string, test: (file: FileHandle) => Promise<boolean>): Promise<boolean> {
  const file = await openRootfsFile(rootfs, path).catch(() => null);
  if (file === null) return false;
  try {
    return await test(file.handle);
  } finally {
    await file.handle.close();
  }
}
