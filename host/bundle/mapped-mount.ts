// Mounts whose files belong to other users than on the disk, for containers with a user namespace: containerd's options `uidmap` and
// `gidmap`. What a mount is made of (an overlay's lower layers, the source of a bind mount) is mapped first, one folder after another below a
// temporary one, and goes when the mount is made, which keeps its own copy.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountMappedTree } from '../ffi/mapped-tree.ts';
import { unmount } from '../ffi/mount.ts';
import { type IdMapping, replaceSources, sourcesOf } from './id-mapping.ts';
import type { Mount } from './mount-options.ts';

/** Does `use` with the mount made of mapped folders. Rejects as it does, or with a system error. */
export async function withMappedSources(
  mount: Mount,
  mapping: IdMapping,
  use: (mount: Mount) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mapped-'));
  const targets: string[] = [];
  const namespace = await openUserNamespace(mapping);
  try {
    for (const source of sourcesOf(mount)) {
      const target = join(folder, String(targets.length));
      await mkdir(target);
      mountMappedTree(source, target, namespace.fd);
      targets.push(target);
    }
    await use(replaceSources(mount, targets));
  } finally {
    await namespace.close();
    for (const target of targets) await unmount(target);
    await rm(folder, { recursive: true });
  }
}

// Only a process can have a user namespace made, and only the kernel's own calls make it; so a process is started that waits in one.
async function openUserNamespace({ uids, gids }: IdMapping): Promise<FileHandle> {
  const child = spawn('unshare', ['--user', '--', 'sh', '-c', 'echo; read line'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  try {
    await Promise.race([once(child.stdout, 'data'), ended]);
    const process = `/proc/${child.pid}`;
    await writeFile(`${process}/uid_map`, uids);
    await writeFile(`${process}/gid_map`, gids);
    return await open(`${process}/ns/user`);
  } finally {
    child.stdin.on('error', () => {}).end();
    await ended;
  }
}
