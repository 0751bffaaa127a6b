// Files below a directory that a guest was given, and nothing above it. Paths are walked one name at a time from an open directory,
// by way of `/proc/self/fd`, which is what `openat` does: no rename and no symbolic link, whenever it is made, leads out.

import { type BigIntStats, close, constants, fstat, open, read as readBytes, readdir, readlink } from 'node:fs';
import { promisify } from 'node:util';

const openAsync = promisify(open);
const statAsync = promisify(fstat) as (fd: number, options: { bigint: true }) => Promise<BigIntStats>;
const readAsync = promisify(readBytes);
const readlinkAsync = promisify(readlink);
const readdirAsync = promisify(readdir);

/** `O_PATH` of Linux: a descriptor that only names a file (asm-generic/fcntl.h). */
const O_PATH = 0o10_000_000;

/** The most symbolic links followed on the way to a file, as in Linux. */
const LINK_LIMIT = 40;

/** An open file and what it is. Whoever gets one closes it. */
export type OpenFile = { readonly descriptor: number; readonly stat: BigIntStats };

/** How the last name of a path is opened. */
export type OpenOptions = {
  readonly followsLinks: boolean;
  /** For reading; otherwise only to be looked at. */
  readonly reads: boolean;
};

/** An error with the `code` of the system error that Linux would give. */
class PathError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Opens a directory by its path in the container, to hand it to a guest. Throws what the system says. */
export async function openDirectory(path: string): Promise<OpenFile> {
  return withStat(await openAsync(path, O_PATH | constants.O_DIRECTORY));
}

/** Opens `path`, relative to an open directory. Throws an error with `code`; `EPERM` for a way out of the directory. */
export async function openAt(directory: number, path: string, options: OpenOptions): Promise<OpenFile> {
  const walk = new Walk(directory);
  try {
    return await walk.open(path, options);
  } finally {
    walk.close();
  }
}

/** Reads what a symbolic link says. */
export async function readLinkAt(directory: number, path: string): Promise<string> {
  const walk = new Walk(directory);
  try {
    const { descriptor, stat } = await walk.open(path, { followsLinks: false, reads: false });
    closeFile(descriptor);
    if (!stat.isSymbolicLink()) throw new PathError('EINVAL');
    return await walk.readLast();
  } finally {
    walk.close();
  }
}

/** Reads a directory's entries. */
export function readDirectory(directory: number) {
  return readdirAsync(nameOf(directory), { withFileTypes: true });
}

/** Reads up to `length` bytes at `offset`; fewer only at the end of the file. */
export async function readFileAt(descriptor: number, length: number, offset: bigint): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await readAsync(descriptor, bytes, filled, length - filled, offset + BigInt(filled));
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Closes a descriptor, whatever comes of it. */
export function closeFile(descriptor: number): void {
  close(descriptor, () => {});
}

/** One walk along a path: the directories from the guest's root down to where it is. */
class Walk {
  readonly #directories: number[];
  #links = 0;
  #last = '';

  constructor(root: number) {
    this.#directories = [root];
  }

  async open(path: string, options: OpenOptions): Promise<OpenFile> {
    const names = namesOf(path);
    const mustBeDirectory = /(?:^|\/)\.{0,2}\/*$/.test(path);
    for (;;) {
      const name = names.shift();
      if (name === undefined) return withStat(await openAsync(this.#nameOf('.'), O_PATH | constants.O_DIRECTORY));
      if (name === '..') {
        this.#leave();
        continue;
      }
      const isLast = names.length === 0;
      this.#last = name;
      const file = await withStat(await openAsync(this.#nameOf(name), O_PATH | constants.O_NOFOLLOW));
      if (file.stat.isSymbolicLink() && (!isLast || options.followsLinks || mustBeDirectory)) {
        closeFile(file.descriptor);
        if (++this.#links > LINK_LIMIT) throw new PathError('ELOOP');
        names.unshift(...namesOf(await this.readLast()));
      } else if (!isLast || (file.stat.isDirectory() && mustBeDirectory)) {
        this.#enter(file);
      } else if (mustBeDirectory) {
        closeFile(file.descriptor);
        throw new PathError('ENOTDIR');
      } else {
        return options.reads && file.stat.isFile() ? this.#reopen(file) : file;
      }
    }
  }

  /** Reads the symbolic link at which the walk stands. */
  readLast(): Promise<string> {
    return readlinkAsync(this.#nameOf(this.#last));
  }

  close(): void {
    for (const directory of this.#directories.slice(1)) closeFile(directory);
  }

  #nameOf(name: string): string {
    return `${nameOf(this.#directories.at(-1) as number)}/${name}`;
  }

  #enter(file: OpenFile): void {
    if (!file.stat.isDirectory()) {
      closeFile(file.descriptor);
      throw new PathError('ENOTDIR');
    }
    this.#directories.push(file.descriptor);
  }

  #leave(): void {
    if (this.#directories.length === 1) throw new PathError('EPERM');
    closeFile(this.#directories.pop() as number);
  }

  /** The same file, whatever its name is by now. */
  async #reopen(file: OpenFile): Promise<OpenFile> {
    try {
      const descriptor = await openAsync(nameOf(file.descriptor), constants.O_RDONLY | constants.O_NONBLOCK);
      return { descriptor, stat: file.stat };
    } finally {
      closeFile(file.descriptor);
    }
  }
}

function nameOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

function namesOf(path: string): string[] {
  if (path === '') throw new PathError('ENOENT');
  if (path.includes('\0')) throw new PathError('EINVAL');
  if (path.startsWith('/')) throw new PathError('EPERM');
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

async function withStat(descriptor: number): Promise<OpenFile> {
  try {
    return { descriptor, stat: await statAsync(descriptor, { bigint: true }) };
  } catch (error) {
    closeFile(descriptor);
    throw error;
  }
}
