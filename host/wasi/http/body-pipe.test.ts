import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OutputStream } from '../io/output-stream.ts';
import { type BodyConsumer, BodyPipe } from './body-pipe.ts';

/** A consumer that records what it is told and takes as long as it is let. */
class Recorder implements BodyConsumer {
  readonly told: string[] = [];
  hasRoom = true;

  write(chunk: Uint8Array): boolean {
    this.told.push(new TextDecoder().decode(chunk));
    return this.hasRoom;
  }

  end(trailers: readonly string[]): void {
    this.told.push(`end ${trailers.join(' ')}`.trim());
  }

  abort(): void {
    this.told.push('abort');
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const pipe = suite('BodyPipe');

pipe('keeps what is written before there is a consumer, up to a budget', () => {
  const made = new BodyPipe();
  const stream = new OutputStream(made);
  made.put(bytesOf('early'));
  assert.is(stream.checkWrite(), 65_531n);
  made.put(new Uint8Array(65_531));
  assert.is(stream.checkWrite(), 0n);
  const consumer = new Recorder();
  made.attach(consumer);
  assert.is(consumer.told[0], 'early');
  assert.is(consumer.told.length, 2);
  assert.is(stream.checkWrite(), 65_536n);
});

pipe('tells a consumer an end that came before it', () => {
  const made = new BodyPipe();
  made.put(bytesOf('all'));
  made.end(['x-sum', '1']);
  const consumer = new Recorder();
  made.attach(consumer);
  assert.equal(consumer.told, ['all', 'end x-sum 1']);
});

pipe('is full from the chunk on after which the consumer wants no more', () => {
  const made = new BodyPipe();
  const consumer = new Recorder();
  consumer.hasRoom = false;
  made.attach(consumer);
  made.put(bytesOf('x'));
  assert.not.ok(made.isReady());
  assert.not.ok(made.isFlushed());
  made.drained();
  assert.ok(made.isReady());
  assert.ok(made.isFlushed());
});

pipe('ends once: what comes first counts', () => {
  const made = new BodyPipe();
  const consumer = new Recorder();
  made.attach(consumer);
  made.end();
  made.abort();
  made.end();
  assert.equal(consumer.told, ['end']);
  assert.ok(made.hasEnded);
});

pipe('closes its stream when the other side has gone', () => {
  const made = new BodyPipe();
  made.close();
  assert.throws(
    () => new OutputStream(made).checkWrite(),
    (error: unknown) => (error as { tag: string }).tag === 'closed',
  );
});

pipe('lets the guest write to nowhere', () => {
  const made = new BodyPipe();
  made.discard();
  const stream = new OutputStream(made);
  assert.is(stream.blockingWriteAndFlush(bytesOf('x')), undefined);
  assert.is(stream.checkWrite(), 65_536n);
});

pipe('refuses more than the declared length', () => {
  const made = new BodyPipe(3);
  const stream = new OutputStream(made);
  stream.checkWrite();
  made.put(bytesOf('ab'));
  assert.not.ok(made.hasExpectedLength);
  made.put(bytesOf('cd'));
  assert.throws(
    () => stream.checkWrite(),
    (error: unknown) => (error as { tag: string }).tag === 'last-operation-failed',
  );
  assert.is(made.writtenBytes, 2);
});

pipe('knows an empty body once it has ended', () => {
  const made = new BodyPipe();
  assert.not.ok(made.isEmpty);
  made.end();
  assert.ok(made.isEmpty);
});

pipe.run();
