import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dlopen, getRawPointer } from 'node:ffi';
import { closeSync, readSync, writeSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openPipe, receiveDescriptor, setWindowSize } from './descriptor.ts';

/** Of sys/socket.h. */
const constants = { AF_UNIX: 1, SOCK_STREAM: 1, SOL_SOCKET: 1, SCM_RIGHTS: 1 } as const;

const pipes = suite('openPipe');

pipes('carries bytes from one end to the other', () => {
  const { read, write } = openPipe();
  writeSync(write, 'hello');
  closeSync(write);
  const buffer = Buffer.alloc(8);
  assert.is(buffer.toString('utf8', 0, readSync(read, buffer)), 'hello');
  assert.is(readSync(read, buffer), 0);
  closeSync(read);
});

pipes('is not inherited by other programs', async () => {
  const { read, write } = openPipe();
  const child = spawn('ls', ['/proc/self/fd'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const inherited = text.toString().trim().split('\n').map(Number);
  assert.ok(!inherited.includes(read) || read < 4, `inherited ${inherited}`);
  assert.ok(!inherited.includes(write) || write < 4, `inherited ${inherited}`);
  closeSync(read);
  closeSync(write);
});

pipes.run();

const { functions: sockets } = dlopen(null, {
  socketpair: { arguments: ['int32', 'int32', 'int32', 'buffer'], return: 'int32' },
  sendmsg: { arguments: ['int32', 'buffer', 'int32'], return: 'int64' },
});

/** Two connected unix sockets. */
function openSocketPair(): [number, number] {
  const ends = Buffer.alloc(8);
  assert.is(sockets.socketpair(constants.AF_UNIX, constants.SOCK_STREAM, 0, ends), 0);
  return [ends.readInt32LE(0), ends.readInt32LE(4)];
}

/** Sends one byte, and a descriptor with it if there is one. The structures are those of unix(7) on 64-bit Linux. */
function send(socket: number, descriptor: number | null): void {
  const [payload, vector, control, header] = [1, 16, 24, 56].map((size) => Buffer.alloc(size)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  vector.writeBigUInt64LE(getRawPointer(payload), 0);
  vector.writeBigUInt64LE(1n, 8);
  control.writeBigUInt64LE(20n, 0);
  control.writeInt32LE(constants.SOL_SOCKET, 8);
  control.writeInt32LE(constants.SCM_RIGHTS, 12);
  control.writeInt32LE(descriptor ?? 0, 16);
  header.writeBigUInt64LE(getRawPointer(vector), 16);
  header.writeBigUInt64LE(1n, 24);
  if (descriptor !== null) header.writeBigUInt64LE(getRawPointer(control), 32);
  header.writeBigUInt64LE(descriptor === null ? 0n : 24n, 40);
  assert.is(sockets.sendmsg(socket, header, 0), 1n);
}

const receiving = suite('receiveDescriptor');

receiving('takes the descriptor that a peer sent', () => {
  const [here, there] = openSocketPair();
  const pipe = openPipe();
  send(there, pipe.write);
  closeSync(pipe.write);
  const received = receiveDescriptor(here);
  writeSync(received, 'through');
  assert.is(readSync(pipe.read, Buffer.alloc(16)), 7);
  for (const descriptor of [here, there, pipe.read, received]) closeSync(descriptor);
});

receiving('fails when the message carries none, and when there is no message', () => {
  const [here, there] = openSocketPair();
  assert.throws(() => receiveDescriptor(here), /EAGAIN/);
  send(there, null);
  assert.throws(() => receiveDescriptor(here), /carries no descriptor/);
  for (const descriptor of [here, there]) closeSync(descriptor);
});

receiving.run();

const sizes = suite('setWindowSize');

sizes('fails for what is no terminal', () => {
  const { read, write } = openPipe();
  assert.throws(() => setWindowSize(read, 80, 24), /ENOTTY/);
  closeSync(read);
  closeSync(write);
});

sizes.run();
