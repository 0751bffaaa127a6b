// What one mount of a Create request means in terms of mount(2). The rules are containerd's (core/mount/mount_linux.go): options of
// fstab become flags, options about propagation need a call of their own, a read-only bind mount needs a second call, and what is left
// goes to the file system. https://man7.org/linux/man-pages/man2/mount.2.html

/** A mount as containerd describes it. */
export type Mount = {
  readonly type: string;
  readonly source: string;
  /** Path below the rootfs; empty for the rootfs itself. */
  readonly target: string;
  readonly options: readonly string[];
};

/** One call of mount(2). With `directory`, the paths in `data` are relative to it. */
export type MountCall = {
  readonly source: string;
  readonly type: string;
  readonly flags: number;
  readonly data: string;
  readonly directory?: string;
};

/** How to carry a mount out: by calls, or by the command mount(8), which knows loop devices and file systems in user space. */
export type MountPlan = { readonly calls: readonly MountCall[] } | { readonly command: readonly string[] };

/** The `MS_*` bits of sys/mount.h. */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  SYNCHRONOUS: 0x10,
  REMOUNT: 0x20,
  MANDLOCK: 0x40,
  DIRSYNC: 0x80,
  NOATIME: 0x400,
  NODIRATIME: 0x800,
  BIND: 0x1000,
  REC: 0x4000,
  UNBINDABLE: 0x20000,
  PRIVATE: 0x40000,
  SLAVE: 0x80000,
  SHARED: 0x100000,
  RELATIME: 0x200000,
  STRICTATIME: 0x1000000,
} as const;

/** The kernel reads one page of options; containerd keeps this much of it free. */
const PAGE_BYTES = 4096;
const DATA_RESERVE_BYTES = 512;
/** The longest option text that is passed to the kernel as it is. */
export const MAX_DATA_BYTES = PAGE_BYTES - DATA_RESERVE_BYTES;

const setFlags: Readonly<Record<string, number>> = {
  bind: MS.BIND,
  rbind: MS.BIND | MS.REC,
  dirsync: MS.DIRSYNC,
  mand: MS.MANDLOCK,
  noatime: MS.NOATIME,
  nodev: MS.NODEV,
  nodiratime: MS.NODIRATIME,
  noexec: MS.NOEXEC,
  nosuid: MS.NOSUID,
  relatime: MS.RELATIME,
  remount: MS.REMOUNT,
  ro: MS.RDONLY,
  strictatime: MS.STRICTATIME,
  sync: MS.SYNCHRONOUS,
};

const clearFlags: Readonly<Record<string, number>> = {
  async: MS.SYNCHRONOUS,
  atime: MS.NOATIME,
  defaults: 0,
  dev: MS.NODEV,
  diratime: MS.NODIRATIME,
  exec: MS.NOEXEC,
  nomand: MS.MANDLOCK,
  norelatime: MS.RELATIME,
  nostrictatime: MS.STRICTATIME,
  rw: MS.RDONLY,
  suid: MS.NOSUID,
};

const propagationFlags: Readonly<Record<string, number>> = {
  private: MS.PRIVATE,
  rprivate: MS.PRIVATE | MS.REC,
  shared: MS.SHARED,
  rshared: MS.SHARED | MS.REC,
  slave: MS.SLAVE,
  rslave: MS.SLAVE | MS.REC,
  unbindable: MS.UNBINDABLE,
  runbindable: MS.UNBINDABLE | MS.REC,
};

/** Plans a mount. Throws an error when its options cannot be honoured. */
export function planMount(mount: Mount): MountPlan {
  const options = mount.options.filter((option) => !option.startsWith('X-'));
  if (options.includes('loop') || /^fuse3?\./.test(mount.type)) return { command: mountCommand(mount, options) };
  return { calls: planCalls(mount, options) };
}

function mountCommand(mount: Mount, options: readonly string[]): string[] {
  const list = options.length > 0 ? ['-o', options.join(',')] : [];
  return ['mount', '-t', mount.type, ...list, mount.source];
}

function planCalls(mount: Mount, options: readonly string[]): MountCall[] {
  const { flags, propagation, data } = parseOptions(options);
  const calls: MountCall[] = [];
  if (!(flags & MS.REMOUNT) || data !== '') {
    calls.push({ source: mount.source, type: mount.type, flags, ...shortenLowerDirectories(data) });
  }
  if (propagation) calls.push({ source: '', type: '', flags: propagation, data: '' });
  const isReadOnlyBind = (flags & (MS.BIND | MS.RDONLY)) === (MS.BIND | MS.RDONLY);
  if (isReadOnlyBind) calls.push({ source: '', type: '', flags: flags | MS.REMOUNT, data: '' });
  return calls;
}

/** Sorts options into flags, flags about propagation and the rest, which is the file system's own. */
function parseOptions(options: readonly string[]) {
  let flags = 0;
  let propagation = 0;
  const data: string[] = [];
  for (const option of options) {
    const [set, clear, spread] = [setFlags[option], clearFlags[option], propagationFlags[option]];
    if (set !== undefined) flags |= set;
    else if (clear !== undefined) flags &= ~clear;
    else if (spread !== undefined) propagation |= spread;
    else data.push(option);
  }
  return { flags, propagation, data: data.join(',') };
}

/**
 * Makes an overlay's options fit the kernel's page by naming its lower directories relative to the folder they share.
 * Throws an error when they do not fit even so.
 */
export function shortenLowerDirectories(data: string): { data: string; directory?: string } {
  if (data.length < MAX_DATA_BYTES) return { data };
  const options = data.split(',');
  const index = options.findIndex((option) => option.startsWith('lowerdir='));
  const lower = (options[index] ?? '').slice('lowerdir='.length).split(':');
  const directory = commonDirectory(lower);
  if (directory.length > 1) {
    options[index] = `lowerdir=${lower.map((path) => path.slice(directory.length + 1)).join(':')}`;
    const shorter = options.join(',');
    if (shorter.length < MAX_DATA_BYTES) return { data: shorter, directory };
  }
  throw new Error(`mount options of ${data.length} bytes are too long: the image has too many layers`);
}

function commonDirectory(paths: readonly string[]): string {
  const [first = '', ...others] = paths.map((path) => path.split('/').slice(0, -1));
  const parts = [...first];
  for (const other of others) {
    const length = parts.findIndex((part, index) => other[index] !== part);
    if (length >= 0) parts.length = length;
  }
  return parts.join('/');
}
