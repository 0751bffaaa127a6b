// The C library of this process, for the few Linux calls that Node lacks. Everything here is synchronous and returns at once; a call
// that can block for long does not belong here (see mount.ts for how unmounting avoids it). node:ffi is part of Node 26.1 and later.

import { type DynamicLibrary, dlopen, getInt32 } from 'node:ffi';
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';

const signatures = {
  __errno_location: { arguments: [], return: 'pointer' },
  dup3: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
  eventfd: { arguments: ['uint32', 'int32'], return: 'int32' },
  fcntl: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
  flock: { arguments: ['int32', 'int32'], return: 'int32' },
  ioctl: { arguments: ['int32', 'uint64', 'buffer'], return: 'int32' },
  malloc_trim: { arguments: ['uint64'], return: 'int32' },
  mount: { arguments: ['string', 'string', 'string', 'uint64', 'string'], return: 'int32' },
  pipe2: { arguments: ['buffer', 'int32'], return: 'int32' },
  prctl: { arguments: ['int32', 'uint64', 'uint64', 'uint64', 'uint64'], return: 'int32' },
  pthread_create: { arguments: ['buffer', 'pointer', 'pointer', 'pointer'], return: 'int32' },
  pthread_tryjoin_np: { arguments: ['uint64', 'buffer'], return: 'int32' },
  recvmsg: { arguments: ['int32', 'buffer', 'int32'], return: 'int64' },
  syscall: { arguments: ['uint64', 'uint64', 'uint64', 'uint64', 'uint64', 'uint64'], return: 'int64' },
  umount2: { arguments: ['string', 'int32'], return: 'int32' },
  waitid: { arguments: ['int32', 'uint32', 'buffer', 'int32'], return: 'int32' },
  waitpid: { arguments: ['int32', 'buffer', 'int32'], return: 'int32' },
} as const;

type Libc = ReturnType<typeof dlopen<typeof signatures>>['functions'];

let opened: { functions: Libc; lib: DynamicLibrary; errnoAddress: bigint } | undefined;

function open() {
  if (!opened) {
    const { functions, lib } = dlopen(null, signatures);
    opened = { functions, lib, errnoAddress: functions.__errno_location() };
  }
  return opened;
}

/** Returns the bound functions; the first call resolves them, about a millisecond. */
export function libc(): Libc {
  return open().functions;
}

/** Returns the address of a function of the C library, to hand to the C library itself. */
export function symbolAddress(name: string): bigint {
  return open().lib.getSymbol(name);
}

/** Returns the error number that the last call of this thread left. Must be read right after the call. */
export function errno(): number {
  return getInt32(open().errnoAddress);
}

/** Makes an error that looks like Node's own system errors: `code`, `errno`, `syscall`, `path`. */
export function systemError(errorNumber: number, syscall: string, path?: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errorNumber);
  const subject = path === undefined ? syscall : `${syscall} "${path}"`;
  const error = new Error(`${code}: ${getSystemErrorMessage(-errorNumber)}, ${subject}`);
  return Object.assign(error, { code, errno: -errorNumber, syscall, ...(path === undefined ? {} : { path }) });
}

/** Returns the result of a call, or throws its `errno` as a system error when it is -1. */
export function checked(result: number, syscall: string, path?: string): number {
  if (result === -1) throw systemError(errno(), syscall, path);
  return result;
}
