// A copy of a mounted folder in which every file has another owner: the id-mapped mounts of Linux 5.12 and later. mount_setattr(2)

import { getRawPointer } from 'node:ffi';
import { closeSync } from 'node:fs';
import { checked, libc } from './libc.ts';

/** Numbers of asm-generic/unistd.h, the same on every architecture. */
const SYS = { openTree: 428n, moveMount: 429n, mountSetattr: 442n } as const;
/** Flags of linux/mount.h and linux/fcntl.h. */
const OPEN_TREE_CLONE = 1n;
const O_CLOEXEC = 0o2000000n;
const MOUNT_ATTR_IDMAP = 0x10_0000n;
const MOVE_MOUNT_F_EMPTY_PATH = 4n;
const AT_EMPTY_PATH = 0x1000n;
const AT_FDCWD = BigInt.asUintN(64, -100n);
/** struct mount_attr: where the descriptor of the user namespace is, and its size. */
const MOUNT_ATTR = { userNamespace: 24, bytes: 32 } as const;

/**
 * Mounts on `target` what is at `source`, with owners as the user namespace behind a descriptor maps them. Throws a system error: EINVAL
 * where the file system knows no mapped mounts.
 */
export function mountMappedTree(source: string, target: string, userNamespace: number): void {
  // They must live as long as the pointers to them are in use.
  const [from, to, empty] = [source, target, ''].map((path) => Buffer.from(`${path}\0`)) as [Buffer, Buffer, Buffer];
  const tree = call('openTree', source, AT_FDCWD, getRawPointer(from), OPEN_TREE_CLONE | O_CLOEXEC);
  try {
    const own = [BigInt(tree), getRawPointer(empty)] as const;
    const attributes = Buffer.alloc(MOUNT_ATTR.bytes);
    attributes.writeBigUInt64LE(MOUNT_ATTR_IDMAP, 0);
    attributes.writeBigUInt64LE(BigInt(userNamespace), MOUNT_ATTR.userNamespace);
    call('mountSetattr', source, ...own, AT_EMPTY_PATH, getRawPointer(attributes), BigInt(MOUNT_ATTR.bytes));
    call('moveMount', target, ...own, AT_FDCWD, getRawPointer(to), MOVE_MOUNT_F_EMPTY_PATH);
  } finally {
    closeSync(tree);
  }
}

function call(name: keyof typeof SYS, path: string, ...args: readonly bigint[]): number {
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n] = args;
  return checked(Number(libc().syscall(SYS[name], a, b, c, d, e)), name, path);
}
