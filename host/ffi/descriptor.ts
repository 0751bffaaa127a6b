// Descriptors that Node cannot make or receive: a pipe, one sent over a unix socket (unix(7), SCM_RIGHTS), and the size of a terminal
// (ioctl_tty(2)).

import { getRawPointer } from 'node:ffi';
import { checked, libc } from './libc.ts';

/** `O_CLOEXEC` of asm-generic/fcntl.h; `MSG_CMSG_CLOEXEC` and `MSG_DONTWAIT` of linux/socket.h. */
const O_CLOEXEC = 0o2000000;
/** `F_DUPFD_CLOEXEC` of linux/fcntl.h. */
const F_DUPFD_CLOEXEC = 1030;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
const MSG_DONTWAIT = 0x40;
/** `SOL_SOCKET` and `SCM_RIGHTS` of linux/socket.h. */
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** `TIOCSWINSZ` of asm-generic/ioctls.h. */
const TIOCSWINSZ = 0x5414n;
/** struct msghdr on 64-bit Linux: offsets of its pointers and lengths. */
const MSGHDR = { bytes: 56, iov: 16, iovLength: 24, control: 32, controlLength: 40 } as const;
/** struct cmsghdr on 64-bit Linux, and where its data begins. */
const CMSGHDR = { level: 8, type: 12, data: 16 } as const;
/** Room for one control message with one descriptor. */
const CONTROL_BYTES = 24;
/** More than any name that an OCI runtime sends beside the descriptor. */
const PAYLOAD_BYTES = 4096;

/** The two ends of a pipe, both closed on exec. */
export type Pipe = { readonly read: number; readonly write: number };

/** Makes a pipe. Throws a system error. */
export function openPipe(): Pipe {
  const ends = Buffer.alloc(8);
  checked(libc().pipe2(ends, O_CLOEXEC), 'pipe2');
  return { read: ends.readInt32LE(0), write: ends.readInt32LE(4) };
}

/** Makes another descriptor of what a descriptor is of, closed on exec. Throws a system error. */
export function duplicateDescriptor(descriptor: number): number {
  return checked(libc().fcntl(descriptor, F_DUPFD_CLOEXEC, 0), 'fcntl');
}

/**
 * Takes the descriptor that a peer has sent over the unix socket `socket`. The message must have arrived.
 * Throws a system error (`EAGAIN` when nothing arrived), or an error when the message carries no descriptor.
 */
export function receiveDescriptor(socket: number): number {
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  const control = Buffer.alloc(CONTROL_BYTES);
  const vector = Buffer.alloc(16);
  vector.writeBigUInt64LE(getRawPointer(payload), 0);
  vector.writeBigUInt64LE(BigInt(PAYLOAD_BYTES), 8);
  const header = Buffer.alloc(MSGHDR.bytes);
  header.writeBigUInt64LE(getRawPointer(vector), MSGHDR.iov);
  header.writeBigUInt64LE(1n, MSGHDR.iovLength);
  header.writeBigUInt64LE(getRawPointer(control), MSGHDR.control);
  header.writeBigUInt64LE(BigInt(CONTROL_BYTES), MSGHDR.controlLength);
  checked(Number(libc().recvmsg(socket, header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT)), 'recvmsg');
  const isDescriptor =
    header.readBigUInt64LE(MSGHDR.controlLength) >= BigInt(CMSGHDR.data + 4) &&
    control.readInt32LE(CMSGHDR.level) === SOL_SOCKET &&
    control.readInt32LE(CMSGHDR.type) === SCM_RIGHTS;
  if (!isDescriptor) throw new Error('message on the console socket carries no descriptor');
  return control.readInt32LE(CMSGHDR.data);
}

/** Tells the terminal behind `terminal` its size in characters. Throws a system error. */
export function setWindowSize(terminal: number, columns: number, rows: number): void {
  const size = Buffer.alloc(8);
  size.writeUInt16LE(rows, 0);
  size.writeUInt16LE(columns, 2);
  checked(libc().ioctl(terminal, TIOCSWINSZ, size), 'ioctl');
}
