import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OutputStream } from '../wasi/io/output-stream.ts';
import { DescriptorWriter } from './descriptor.ts';
import { DescriptorSink } from './descriptor-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'descriptor-'));
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Makes a FIFO; gives the end to write to and the end to read from. */
function openFifo(name: string): { readEnd: number; writeEnd: number } {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { readEnd, writeEnd: openSync(path, 'w') };
}

const writer = suite('DescriptorWriter');

writer('writes in order and counts what waits', async () => {
  const path = join(folder, 'log');
  const descriptor = openSync(path, 'w');
  const made = new DescriptorWriter(descriptor);
  made.write(bytesOf('one '));
  made.write(bytesOf('two '));
  made.write(bytesOf(''));
  made.write(bytesOf('three'));
  assert.is(made.pendingBytes, 13);
  await made.flush(2000);
  assert.is(made.pendingBytes, 0);
  assert.is(readFileSync(path, 'utf8'), 'one two three');
  closeSync(descriptor);
});

writer('goes on when the reader has gone', async () => {
  const { readEnd, writeEnd } = openFifo('gone');
  closeSync(readEnd);
  const made = new DescriptorWriter(writeEnd);
  made.write(bytesOf('lost'));
  made.write(bytesOf('lost too'));
  await made.flush(2000);
  assert.is(made.pendingBytes, 0);
  closeSync(writeEnd);
});

writer('gives up a flush after its time', async () => {
  const { readEnd, writeEnd } = openFifo('full');
  const made = new DescriptorWriter(writeEnd);
  made.write(new Uint8Array(1 << 20));
  await made.flush(20);
  assert.ok(made.pendingBytes > 0);
  const buffer = new Uint8Array(1 << 16);
  let rest = 1 << 20;
  while (rest > 0) {
    try {
      rest -= readSync(readEnd, buffer);
    } catch (error) {
      assert.is((error as NodeJS.ErrnoException).code, 'EAGAIN');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await made.flush(2000);
  assert.is(made.pendingBytes, 0);
  closeSync(readEnd);
  closeSync(writeEnd);
});

writer.run();

const sink = suite('DescriptorSink');

sink('holds a guest back while a reader is slow, and lets it go on', async () => {
  const { readEnd, writeEnd } = openFifo('slow');
  const made = new DescriptorWriter(writeEnd);
  const stream = new OutputStream(new DescriptorSink(made));
  made.write(new Uint8Array(200_000));
  assert.is(stream.checkWrite(), 0n);
  const pollable = stream.subscribe();
  assert.not.ok(pollable.ready());
  const waiting = pollable.block();
  const buffer = new Uint8Array(1 << 16);
  for (let rest = 200_000; rest > 0; ) {
    try {
      rest -= readSync(readEnd, buffer);
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await waiting;
  assert.is(stream.checkWrite(), 65_536n);
  closeSync(readEnd);
  closeSync(writeEnd);
});

sink.after(() => rmSync(folder, { recursive: true }));
sink.run();
