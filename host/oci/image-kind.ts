// Tells Linux containers from Spin containers by what is in the root file system, as the original shim does: an executable that the
// process's arguments lead to comes first, so pause containers and sidecars run as they are; then /spin.toml.

import type { FileHandle } from 'node:fs/promises';
import type { Spec } from '../bundle/spec.ts';
import { MANIFEST_PATH } from '../plan/image-source.ts';
import { openRootfsFile } from '../plan/rootfs.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { environmentOf } from './spin-spec.ts';

/** Where a name without a slash is looked for when the process has no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const EXECUTE_BITS = 0o111;
const ELF_MAGIC = '\x7fELF';
const SCRIPT_MAGIC = '#!';

/** Decides what a container is. Rejects with INVALID_ARGUMENT when it is neither. */
export async function readImageKind(rootfs: string, spec: Spec): Promise<'linux' | 'spin'> {
  const candidates = candidatePaths(spec);
  for (const path of candidates) if (await inspect(rootfs, path, isProgram)) return 'linux';
  if (await inspect(rootfs, MANIFEST_PATH, async () => true)) return 'spin';
  const [command] = spec.process.args ?? [];
  const looked = candidates.length > 0 ? ` (looked for ${candidates.join(', ')})` : '';
  const program = command ? `its command "${command}" is no program${looked}` : 'it has no command';
  throw new StatusError(
    Code.INVALID_ARGUMENT,
    `cannot tell what to run: ${program}, and the image has no ${MANIFEST_PATH}`,
  );
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
