// Memory mapped over the linear memory of WebAssembly instances: a snapshot in a sealed memfd, seen copy-on-write, so that the pages an
// instance has written can be told from the others, and clean ones are shared by all instances, threads and processes.
// See memfd_create(2), mmap(2), madvise(2) and https://docs.kernel.org/admin-guide/mm/pagemap.html.

import { dlopen, getRawPointer, toArrayBuffer } from 'node:ffi';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { checked, errno, libc, systemError } from './libc.ts';

const signatures = {
  fcntl: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
  madvise: { arguments: ['pointer', 'uint64', 'int32'], return: 'int32' },
  memfd_create: { arguments: ['string', 'uint32'], return: 'int32' },
  mmap: { arguments: ['pointer', 'uint64', 'int32', 'int32', 'int32', 'int64'], return: 'pointer' },
  munmap: { arguments: ['pointer', 'uint64'], return: 'int32' },
} as const;

let functions: ReturnType<typeof dlopen<typeof signatures>>['functions'] | undefined;

function calls() {
  if (functions === undefined) {
    // Opened before any call, because opening it after one would change the `errno` that the call left.
    libc();
    functions = dlopen(null, signatures).functions;
  }
  return functions;
}

/** Numbers of linux/memfd.h, linux/fcntl.h, asm-generic/mman-common.h and asm-generic/mman.h. */
const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
const ALL_SEALS = 0x1 | 0x2 | 0x4 | 0x8;
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;
const MAP_FIXED = 0x10;
const MADV_DONTNEED = 4;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/** The smallest unit of mappings. Linear memories are multiples of it on every architecture with pages up to 64 KiB. */
export const PAGE_BYTES = 4096;

/** Copies bytes into a file that lives in memory and can never change again. Returns its descriptor. Throws a system error. */
export function createSealedFile(name: string, bytes: Uint8Array): number {
  const fd = checked(calls().memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), 'memfd_create');
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  checked(calls().fcntl(fd, F_ADD_SEALS, ALL_SEALS), 'fcntl');
  return fd;
}

export function closeFile(fd: number): void {
  closeSync(fd);
}

/** Maps a sealed file to be read. The buffer is valid as long as the process lives. Throws a system error. */
export function mapFile(fd: number, length: number): ArrayBuffer {
  return toArrayBuffer(map(0n, length, PROT_READ, MAP_SHARED, fd), length, false);
}

/** Returns where a buffer lies. */
export function addressOf(buffer: ArrayBuffer): bigint {
  return getRawPointer(buffer);
}

/** Puts the file's content in place of what is at `address`; writes go to pages of the process's own. Throws a system error. */
export function mapFileOver(address: bigint, length: number, fd: number): void {
  map(address, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd);
}

function map(address: bigint, length: number, protection: number, flags: number, fd: number): bigint {
  const mapped = calls().mmap(address, BigInt(length), protection, flags, fd, 0n);
  if (mapped === MAP_FAILED) throw systemError(errno(), 'mmap');
  return mapped;
}

/** Gives pages up: those of a mapped file have its content again, others are zero. Throws a system error. */
export function dropPages(address: bigint, length: number): void {
  checked(calls().madvise(address, BigInt(length), MADV_DONTNEED), 'madvise');
}

const ENTRY_BYTES = 8;
/** Bits of an entry's upper half. */
const PRESENT_OR_SWAPPED = 0xc000_0000;
const FILE_OR_SHARED = 0x2000_0000;

/** What the kernel knows of the pages of this process. */
export class PageMap {
  readonly #fd: number;
  #entries = new Uint32Array(0);

  /** Throws a system error where /proc is not there. */
  constructor() {
    this.#fd = openSync('/proc/self/pagemap', 'r');
  }

  /**
   * Tells of each run of pages that hold bytes of the process's own: written to where a file is mapped, touched elsewhere.
   * Offsets are bytes from `address`. Throws a system error.
   */
  forEachOwned(address: bigint, length: number, visit: (start: number, end: number) => void): void {
    const count = length / PAGE_BYTES;
    if (this.#entries.length < 2 * count) this.#entries = new Uint32Array(2 * count);
    const position = Number(address / BigInt(PAGE_BYTES)) * ENTRY_BYTES;
    const bytes = new Uint8Array(this.#entries.buffer, 0, count * ENTRY_BYTES);
    for (let at = 0; at < bytes.length; ) at += readSync(this.#fd, bytes, at, bytes.length - at, position + at);
    let start = -1;
    for (let page = 0; page < count; page++) {
      const upper = this.#entries[2 * page + 1] as number;
      const isOwned = (upper & PRESENT_OR_SWAPPED) !== 0 && (upper & FILE_OR_SHARED) === 0;
      if (isOwned && start === -1) start = page;
      else if (!isOwned && start !== -1) {
        visit(start * PAGE_BYTES, page * PAGE_BYTES);
        start = -1;
      }
    }
    if (start !== -1) visit(start * PAGE_BYTES, length);
  }
}
