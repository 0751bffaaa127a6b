import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thrownBy } from '../testing/thrown.ts';
import { FutureTrailers, IncomingBody, OutgoingBody } from './body.ts';
import { BodyPipe } from './body-pipe.ts';
import { Fields } from './fields.ts';
import { PipeSource } from './pipe-source.ts';

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A body on its way: what is put into the pipe comes out of the source. */
function connect(): { pipe: BodyPipe; source: PipeSource } {
  const pipe = new BodyPipe();
  return { pipe, source: new PipeSource(pipe) };
}

const incoming = suite('IncomingBody');

incoming('gives its stream once', () => {
  const body = new IncomingBody(connect().source);
  body.stream();
  assert.is(
    thrownBy(() => body.stream()),
    undefined,
  );
});

incoming('passes chunks on and says closed at the end', async () => {
  const { pipe, source } = connect();
  const stream = new IncomingBody(source).stream();
  const reading = stream.blockingRead(100n);
  pipe.put(bytesOf('hello'));
  assert.equal(await reading, bytesOf('hello'));
  pipe.end();
  assert.equal(
    thrownBy(() => stream.read(1n)),
    { tag: 'closed' },
  );
});

incoming('tells a body that was given up', () => {
  const { pipe, source } = connect();
  const stream = new IncomingBody(source).stream();
  pipe.abort();
  const thrown = thrownBy(() => stream.read(1n)) as { val: { detail: unknown } };
  assert.equal(thrown.val.detail, { http: { tag: 'connection-terminated' } });
});

incoming('holds a sender back that is faster than the reader', () => {
  const { pipe, source } = connect();
  pipe.put(new Uint8Array(70_000));
  assert.not.ok(pipe.isReady());
  new IncomingBody(source).stream().read(10_000n);
  assert.ok(pipe.isReady());
});

incoming('lets the sender run when the reader drops its stream', () => {
  const { pipe, source } = connect();
  pipe.put(new Uint8Array(70_000));
  new IncomingBody(source).stream()[Symbol.dispose]();
  assert.ok(pipe.isReady());
  pipe.put(new Uint8Array(70_000));
  assert.ok(pipe.isReady());
});

incoming.run();

const trailers = suite('FutureTrailers');

trailers('come when the body has ended, read or not', () => {
  const { pipe, source } = connect();
  pipe.put(bytesOf('unread'));
  const future = IncomingBody.finish(new IncomingBody(source));
  assert.is(future.get(), undefined);
  const pollable = future.subscribe();
  assert.not.ok(pollable.ready());
  pipe.end(['x-sum', '42']);
  assert.ok(pollable.ready());
  const result = future.get() as { tag: 'ok'; val: { tag: 'ok'; val: Fields } };
  assert.equal(result.val.val.raw(), ['x-sum', '42']);
});

trailers('are none where the body had none', () => {
  const { pipe, source } = connect();
  pipe.end();
  assert.equal(new FutureTrailers(source).get(), { tag: 'ok', val: { tag: 'ok', val: undefined } });
});

trailers('can be taken once', () => {
  const { pipe, source } = connect();
  pipe.end();
  const future = new FutureTrailers(source);
  future.get();
  assert.equal(future.get(), { tag: 'err', val: undefined });
});

trailers('are the error of a body that was given up', () => {
  const { pipe, source } = connect();
  pipe.abort();
  const future = new FutureTrailers(source);
  assert.equal(future.get(), { tag: 'ok', val: { tag: 'err', val: { tag: 'connection-terminated' } } });
});

trailers.run();

const outgoing = suite('OutgoingBody');

outgoing('gives its stream once', () => {
  const body = new OutgoingBody('response', new Fields());
  body.write();
  assert.is(
    thrownBy(() => body.write()),
    undefined,
  );
});

outgoing('ends with its trailers', () => {
  const body = new OutgoingBody('response', new Fields());
  const source = new PipeSource(body.pipe);
  OutgoingBody.finish(body, Fields.fromList([['X-Sum', bytesOf('1')]]));
  assert.equal(source.trailers(), ['x-sum', '1']);
});

outgoing('is given up when it is dropped unfinished', () => {
  const body = new OutgoingBody('response', new Fields());
  const source = new PipeSource(body.pipe);
  body[Symbol.dispose]();
  assert.is(source.takeError()?.tag, 'last-operation-failed');
});

outgoing('survives being dropped after it was finished', () => {
  const body = new OutgoingBody('response', new Fields());
  const source = new PipeSource(body.pipe);
  OutgoingBody.finish(body, undefined);
  body[Symbol.dispose]();
  assert.equal(source.takeError(), { tag: 'closed' });
});

for (const kind of ['request', 'response'] as const) {
  outgoing(`of a ${kind} must have the length that was declared`, () => {
    const body = new OutgoingBody(kind, Fields.fromList([['Content-Length', bytesOf('5')]]));
    const stream = body.write();
    stream.blockingWriteAndFlush(bytesOf('abc'));
    assert.equal(
      thrownBy(() => OutgoingBody.finish(body, undefined)),
      { tag: `HTTP-${kind}-body-size`, val: 3n },
    );
  });
}

outgoing('takes no notice of a content-length that is no number', () => {
  const body = new OutgoingBody('response', Fields.fromList([['content-length', bytesOf('x')]]));
  assert.not.throws(() => OutgoingBody.finish(body, undefined));
});

outgoing.run();
