import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thrownBy } from '../testing/thrown.ts';
import { IoError } from './error.ts';
import { ByteSource, BytesSource, InputStream, limitFromLength } from './input-stream.ts';

/** A source that a test feeds. */
class FedSource extends ByteSource {
  #queue: Uint8Array[] = [];
  isDisposed = false;

  feed(text: string): void {
    this.#queue.push(new TextEncoder().encode(text));
    this.wake();
  }

  end(): void {
    this.isEnded = true;
    this.wake();
  }

  fail(message: string): void {
    this.failure = new IoError(message);
    this.wake();
  }

  take(limit: number): Uint8Array | undefined {
    const chunk = this.#queue.shift();
    if (chunk && chunk.length > limit) this.#queue.unshift(chunk.subarray(limit));
    return chunk?.subarray(0, limit);
  }

  [Symbol.dispose](): void {
    this.isDisposed = true;
  }

  protected hasBytes(): boolean {
    return this.#queue.length > 0;
  }
}

function open(): { source: FedSource; stream: InputStream } {
  const source = new FedSource();
  return { source, stream: new InputStream(source) };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const stream = suite('InputStream');

stream('reads what is there, at most what is asked for', () => {
  const { source, stream } = open();
  source.feed('hello');
  assert.is(textOf(stream.read(2n)), 'he');
  assert.is(textOf(stream.read(100n)), 'llo');
});

stream('reads nothing while nothing is there', () => assert.is(open().stream.read(10n).length, 0));

stream('says closed at the end, and again', () => {
  const { source, stream } = open();
  source.feed('x');
  source.end();
  assert.is(textOf(stream.read(10n)), 'x');
  assert.equal(
    thrownBy(() => stream.read(10n)),
    { tag: 'closed' },
  );
  assert.equal(
    thrownBy(() => stream.read(10n)),
    { tag: 'closed' },
  );
});

stream('tells a failure once, then says closed', () => {
  const { source, stream } = open();
  source.fail('broken');
  const error = thrownBy(() => stream.read(1n)) as { tag: string; val: IoError };
  assert.is(error.tag, 'last-operation-failed');
  assert.is(error.val.toDebugString(), 'broken');
  assert.equal(
    thrownBy(() => stream.read(1n)),
    { tag: 'closed' },
  );
});

stream('returns no promise from a blocking read when bytes are there', () => {
  const { source, stream } = open();
  source.feed('x');
  assert.instance(stream.blockingRead(1n), Uint8Array);
});

stream('blocks until bytes have come', async () => {
  const { source, stream } = open();
  const reading = stream.blockingRead(10n);
  source.feed('late');
  assert.is(textOf(await reading), 'late');
});

stream('blocks until the end has come', async () => {
  const { source, stream } = open();
  const reading = Promise.resolve(stream.blockingRead(10n)).catch((error: unknown) => error);
  source.end();
  assert.equal(await reading, { tag: 'closed' });
});

stream('skips what it would have read', async () => {
  const { source, stream } = open();
  source.feed('hello');
  assert.is(stream.skip(2n), 2n);
  assert.is(stream.blockingSkip(10n), 3n);
  const skipping = stream.blockingSkip(10n);
  source.feed('ab');
  assert.is(await skipping, 2n);
});

stream('is ready for polling when there are bytes, an end or a failure', () => {
  for (const change of ['feed', 'end', 'fail'] as const) {
    const { source, stream } = open();
    const pollable = stream.subscribe();
    assert.not.ok(pollable.ready());
    if (change === 'end') source.end();
    else source[change]('x');
    assert.ok(pollable.ready(), change);
  }
});

stream('reads zero bytes of anything, even at the end', () => {
  const { source, stream } = open();
  source.end();
  assert.is(stream.read(0n).length, 0);
});

stream('gives its source up when it is dropped', () => {
  const { source, stream } = open();
  stream[Symbol.dispose]();
  assert.ok(source.isDisposed);
});

stream.run();

const bytes = suite('BytesSource');

bytes('gives its bytes and ends', () => {
  const stream = new InputStream(new BytesSource(new Uint8Array([1, 2, 3])));
  assert.equal(stream.read(2n), new Uint8Array([1, 2]));
  assert.equal(stream.read(2n), new Uint8Array([3]));
  assert.equal(
    thrownBy(() => stream.read(2n)),
    { tag: 'closed' },
  );
});

bytes.run();

const limit = suite('limitFromLength');

limit('never lets a guest ask for more than 1 MiB at once', () => {
  assert.is(limitFromLength(10n), 10);
  assert.is(limitFromLength(2n ** 64n - 1n), 0x10_0000);
});

limit.run();
