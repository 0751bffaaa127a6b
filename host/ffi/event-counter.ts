// A counter of the kernel's that something else adds to (eventfd(2)), as a stream that Node waits for without a thread.

import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { openPipe } from './descriptor.ts';
import { checked, libc } from './libc.ts';

/** `O_CLOEXEC` and `O_NONBLOCK` of asm-generic/fcntl.h. */
const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;

/** A counter that calls back whenever it was added to. */
export type EventCounter = { readonly descriptor: number; readonly close: () => void };

/** Opens a counter. It does not keep the process going. Throws a system error. */
export function openEventCounter(counted: () => void): EventCounter {
  const counter = checked(libc().eventfd(0, O_CLOEXEC | O_NONBLOCK), 'eventfd');
  const pipe = openPipe();
  closeSync(pipe.write);
  // Node takes over a pipe but no counter. It polls a descriptor only after this turn of the event loop, and does not look what it is then.
  const socket = new Socket({ fd: pipe.read, readable: true, writable: false });
  socket.on('error', () => {});
  checked(libc().dup3(counter, pipe.read, O_CLOEXEC), 'dup3');
  closeSync(counter);
  socket.on('data', counted).unref();
  return { descriptor: pipe.read, close: () => socket.destroy() };
}
