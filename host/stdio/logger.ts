// A program that takes a process's output (`binary://`): it gets the read ends of two pipes as descriptors 3 and 4, and closes
// descriptor 5, or writes a byte to it, when it is ready. https://github.com/containerd/containerd/blob/main/core/runtime/v2/README.md

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { close, closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { openPipe } from '../ffi/descriptor.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { LoggerEndpoint } from './endpoint.ts';

/** How long a logger may take to get ready, and to end after it was asked to, in milliseconds (containerd's own figures). */
const READY_MS = 12_000;
const STOP_MS = 12_000;

/** A running logger and the ends of its pipes that are for the process. Whoever takes them closes them. */
export type Logger = {
  readonly stdout: number;
  readonly stderr: number;
  /** Waits for the logger to end by itself at the end of its input; asks, then forces it when it takes too long. */
  stop(): Promise<void>;
};

/** Starts a logger and waits until it is ready. Rejects with FAILED_PRECONDITION when it does not get ready. */
export async function startLogger(endpoint: LoggerEndpoint, owner: { id: string; namespace: string }): Promise<Logger> {
  const [stdout, stderr, ready] = [openPipe(), openPipe(), openPipe()];
  const child = spawn(endpoint.path, endpoint.args, {
    env: { CONTAINER_ID: owner.id, CONTAINER_NAMESPACE: owner.namespace },
    stdio: ['ignore', 'ignore', 'ignore', stdout.read, stderr.read, ready.write],
  });
  const ended = once(child, 'exit').catch(() => {});
  for (const descriptor of [stdout.read, stderr.read, ready.write]) close(descriptor);
  try {
    await waitUntilReady(child, ready.read, endpoint);
  } catch (cause) {
    child.kill('SIGKILL');
    closeSync(stdout.write);
    closeSync(stderr.write);
    const message = `cannot start the logger "${endpoint.path}": ${(cause as Error).message}`;
    throw new StatusError(Code.FAILED_PRECONDITION, message, { cause });
  }
  return { stdout: stdout.write, stderr: stderr.write, stop: () => stopLogger(child, ended) };
}

async function waitUntilReady(child: ChildProcess, descriptor: number, { mustConfirm }: LoggerEndpoint): Promise<void> {
  const socket = new Socket({ fd: descriptor, readable: true, writable: false });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  const bytes = new Promise<number>((resolve, reject) => {
    socket.on('data', (chunk) => resolve(chunk.length)).on('end', () => resolve(0));
    socket.setTimeout(READY_MS, () => reject(new Error(`not ready after ${READY_MS / 1000} s`)));
  });
  try {
    const count = await Promise.race([bytes, failed]);
    if (count === 0 && mustConfirm) throw new Error('it ended or closed descriptor 5 before it was ready');
  } finally {
    socket.destroy();
  }
}

async function stopLogger(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ask = setTimeout(() => child.kill('SIGTERM'), STOP_MS / 2);
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(ask);
  clearTimeout(force);
}
