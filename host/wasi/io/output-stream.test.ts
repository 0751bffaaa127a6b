import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thrownBy } from '../testing/thrown.ts';
import { IoError } from './error.ts';
import { BytesSource, InputStream } from './input-stream.ts';
import { ByteSink, OutputStream, WRITE_BUDGET_BYTES } from './output-stream.ts';

/** A sink with a room that a test sets. */
class TestSink extends ByteSink {
  readonly chunks: Uint8Array[] = [];
  available = WRITE_BUDGET_BYTES;
  isDone = true;

  put(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.available = Math.max(0, this.available - bytes.length);
  }

  change(values: { available?: number; isDone?: boolean }): void {
    Object.assign(this, values);
    this.wake();
  }

  close(): void {
    this.isClosed = true;
    this.wake();
  }

  fail(message: string): void {
    this.failure = new IoError(message);
    this.wake();
  }

  text(): string {
    return this.chunks.map((chunk) => new TextDecoder().decode(chunk)).join('');
  }

  isFlushed(): boolean {
    return this.isDone || this.isClosed;
  }

  [Symbol.dispose](): void {}

  protected room(): number {
    return this.available;
  }
}

function open(values: { available?: number; isDone?: boolean } = {}): { sink: TestSink; stream: OutputStream } {
  const sink = new TestSink();
  sink.change(values);
  return { sink, stream: new OutputStream(sink) };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const stream = suite('OutputStream');

stream('permits the room there is, at most 64 KiB', () => {
  assert.is(open({ available: 10 }).stream.checkWrite(), 10n);
  assert.is(open({ available: 1e9 }).stream.checkWrite(), 65_536n);
});

stream('writes what was permitted', () => {
  const { sink, stream } = open();
  stream.checkWrite();
  stream.write(bytesOf('hello'));
  assert.is(sink.text(), 'hello');
});

stream('keeps no view of the guest memory', () => {
  const { sink, stream } = open();
  const memory = bytesOf('hello');
  stream.checkWrite();
  stream.write(memory);
  stream.blockingWriteAndFlush(memory);
  memory.fill(0);
  assert.is(sink.text(), 'hellohello');
});

stream('traps on a write beyond what was permitted', () => {
  const { stream } = open({ available: 4 });
  assert.throws(() => stream.write(bytesOf('x')), /permitted 0/);
  stream.checkWrite();
  stream.write(bytesOf('abc'));
  assert.throws(() => stream.write(bytesOf('de')), /permitted 1/);
});

stream('writes and flushes at once where there is room', () => {
  const { sink, stream } = open();
  assert.is(stream.blockingWriteAndFlush(bytesOf('hello')), undefined);
  assert.is(sink.text(), 'hello');
});

stream('writes and flushes as room comes', async () => {
  const { sink, stream } = open({ available: 2 });
  const writing = stream.blockingWriteAndFlush(bytesOf('hello')) as Promise<void>;
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(sink.text(), 'he');
  sink.change({ available: 3 });
  await writing;
  assert.is(sink.text(), 'hello');
});

stream('waits for the end of a flush', async () => {
  const { sink, stream } = open({ isDone: false });
  stream.flush();
  assert.is(stream.checkWrite(), 0n);
  const pollable = stream.subscribe();
  assert.not.ok(pollable.ready());
  const flushing = stream.blockingFlush() as Promise<void>;
  sink.change({ isDone: true });
  await flushing;
  assert.ok(pollable.ready());
  assert.ok(stream.checkWrite() > 0n);
});

stream('traps on a blocking write of more than 4096 bytes', () => {
  assert.throws(() => open().stream.blockingWriteAndFlush(new Uint8Array(4097)), /more than 4096/);
  assert.throws(() => open().stream.blockingWriteZeroesAndFlush(4097n), /more than 4096/);
});

stream('writes zeroes', () => {
  const { sink, stream } = open();
  stream.checkWrite();
  stream.writeZeroes(3n);
  stream.blockingWriteZeroesAndFlush(2n);
  assert.equal(sink.chunks, [new Uint8Array(3), new Uint8Array(2)]);
});

stream('says closed to every operation once the sink is', () => {
  const { sink, stream } = open();
  stream.checkWrite();
  sink.close();
  const source = new InputStream(new BytesSource(bytesOf('x')));
  const calls = [
    () => stream.write(bytesOf('x')),
    () => stream.checkWrite(),
    () => stream.flush(),
    () => stream.blockingFlush(),
    () => stream.blockingWriteAndFlush(bytesOf('x')),
    () => stream.splice(source, 1n),
  ];
  for (const call of calls) assert.equal(thrownBy(call), { tag: 'closed' });
});

stream('tells a failure once', () => {
  const { sink, stream } = open();
  sink.fail('broken');
  assert.is((thrownBy(() => stream.checkWrite()) as { val: IoError }).val.message, 'broken');
  assert.equal(
    thrownBy(() => stream.checkWrite()),
    { tag: 'closed' },
  );
});

stream('ends a blocking write with the error that comes meanwhile', async () => {
  const { sink, stream } = open({ available: 0 });
  const writing = (stream.blockingWriteAndFlush(bytesOf('x')) as Promise<void>).catch((error: unknown) => error);
  sink.close();
  assert.equal(await writing, { tag: 'closed' });
});

stream('splices what both sides have', () => {
  const { sink, stream } = open({ available: 3 });
  const source = new InputStream(new BytesSource(bytesOf('hello')));
  assert.is(stream.splice(source, 100n), 3n);
  sink.change({ available: 1 });
  assert.is(stream.splice(source, 100n), 1n);
  assert.is(sink.text(), 'hell');
});

stream('splices nothing of nothing, and says closed at the end of the source', async () => {
  const { stream } = open();
  const source = new InputStream(new BytesSource(bytesOf('a')));
  assert.is(await stream.blockingSplice(source, 0n), 0n);
  assert.is(await stream.blockingSplice(source, 10n), 1n);
  assert.equal(
    thrownBy(() => stream.splice(source, 10n)),
    { tag: 'closed' },
  );
});

stream('waits for room to splice', async () => {
  const { sink, stream } = open({ available: 0 });
  const splicing = stream.blockingSplice(new InputStream(new BytesSource(bytesOf('abc'))), 10n);
  sink.change({ available: 2 });
  assert.is(await splicing, 2n);
});

stream.run();
