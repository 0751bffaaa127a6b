import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Task } from '../gen/containerd.task.v3.ts';
import { Request, Response } from '../gen/ttrpc.ts';
import { createConnectionPair } from '../testing/connection-pair.ts';
import { Client } from './client.ts';
import type { Connection } from './connection.ts';
import { encodeFrame, type Frame, FrameDecoder, HEADER_LENGTH, MAX_DATA_LENGTH, MessageType } from './frame.ts';
import { Server } from './server.ts';
import type { Handlers } from './service.ts';
import { Code, hasCode, StatusError } from './status.ts';

function connect(handlers: Partial<Handlers<typeof Task>>): Client {
  const server = new Server();
  server.register(Task, handlers as Handlers<typeof Task>);
  const [theirs, ours] = createConnectionPair();
  void server.serve(ours);
  return new Client(theirs);
}

/** A client and the other end of its connection, bare. */
function connectBare(): { client: Client; peer: Connection; frames: AsyncGenerator<Frame> } {
  const [theirs, ours] = createConnectionPair();
  return { client: new Client(theirs), peer: ours, frames: receive(ours) };
}

async function* receive(connection: Connection): AsyncGenerator<Frame> {
  const decoder = new FrameDecoder();
  for await (const chunk of connection.chunks) yield* decoder.decode(chunk) as Frame[];
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.unreachable('was not rejected'),
    (error: unknown) => error,
  );
}

const calling = suite('Client');

calling('gives the decoded response', async () => {
  const client = connect({ create: async ({ id }) => ({ pid: id.length }) });
  assert.equal(await client.caller(Task).create({ id: 'four' }), { pid: 4 });
  client.close();
});

calling('uses odd, increasing stream ids and requests without flags', async () => {
  const { client, frames } = connectBare();
  const task = client.caller(Task);
  const calls = [task.state({ id: 'a' }), task.state({ id: 'a' })];
  for (const expected of [1, 3]) {
    const { value } = await frames.next();
    assert.equal([value?.streamId, value?.type, value?.flags], [expected, MessageType.REQUEST, 0]);
  }
  client.close();
  await Promise.allSettled(calls);
});

calling('matches answers to calls in whatever order they come', async () => {
  const first = Promise.withResolvers<{ pid: number }>();
  const client = connect({
    create: async ({ id }) => {
      if (id === 'first') return first.promise;
      first.resolve({ pid: 1 });
      return { pid: 2 };
    },
  });
  const task = client.caller(Task);
  const pids = await Promise.all([task.create({ id: 'first' }), task.create({ id: 'second' })]);
  assert.equal(pids, [{ pid: 1 }, { pid: 2 }]);
  client.close();
});

calling('rejects with the status of the server', async () => {
  const client = connect({
    kill: async () => {
      throw new StatusError(Code.NOT_FOUND, 'process does not exist');
    },
  });
  const error = await rejection(client.caller(Task).kill({ id: 'a' }));
  assert.instance(error, StatusError);
  assert.equal(
    [(error as StatusError).code, (error as StatusError).message],
    [Code.NOT_FOUND, 'process does not exist'],
  );
  client.close();
});

calling('sends its deadline and metadata, and gives up in time', async () => {
  const { client, frames } = connectBare();
  const call = client.caller(Task).wait({ id: 'a' }, { timeoutMs: 5, metadata: new Map([['K', ['v', 'w']]]) });
  const { value } = await frames.next();
  const request = Request.decode(value?.data ?? new Uint8Array(0));
  assert.is(request.timeoutNano, 5_000_000n);
  assert.equal(request.metadata, [
    { key: 'k', value: 'v' },
    { key: 'k', value: 'w' },
  ]);
  assert.ok(hasCode(await rejection(call), Code.DEADLINE_EXCEEDED));
  client.close();
});

calling('forgets a stream it gave up, so that a late answer does no harm', async () => {
  const { client, peer, frames } = connectBare();
  assert.ok(hasCode(await rejection(client.caller(Task).wait({ id: 'a' }, { timeoutMs: 1 })), Code.DEADLINE_EXCEEDED));
  await frames.next();
  const answer = (streamId: number): Uint8Array =>
    encodeFrame({ streamId, type: MessageType.RESPONSE, flags: 0, data: Response.encode({}) });
  const call = client.caller(Task).pause({ id: 'a' });
  peer.write(answer(1));
  peer.write(answer(3));
  assert.equal(await call, {});
  client.close();
});

calling('rejects what is under way, and later calls, with UNAVAILABLE when the connection ends', async () => {
  const { client, peer } = connectBare();
  const call = client.caller(Task).wait({ id: 'a' });
  peer.close();
  assert.ok(hasCode(await rejection(call), Code.UNAVAILABLE));
  await client.closed;
  assert.ok(hasCode(await rejection(client.caller(Task).wait({ id: 'a' })), Code.UNAVAILABLE));
});

calling('rejects a request that is too long, without sending it', async () => {
  const client = connect({ create: async () => ({ pid: 1 }) });
  const task = client.caller(Task);
  assert.ok(hasCode(await rejection(task.create({ id: 'x'.repeat(MAX_DATA_LENGTH) })), Code.RESOURCE_EXHAUSTED));
  assert.equal(await task.create({ id: 'a' }), { pid: 1 });
  client.close();
});

calling('rejects the call whose answer is oversized or does not decode', async () => {
  const { client, peer } = connectBare();
  const task = client.caller(Task);
  const oversized = task.state({ id: 'a' });
  const header = new Uint8Array(HEADER_LENGTH);
  new DataView(header.buffer).setUint32(0, MAX_DATA_LENGTH + 1);
  header.set([0, 0, 0, 1, MessageType.RESPONSE, 0], 4);
  peer.write(header);
  peer.write(new Uint8Array(MAX_DATA_LENGTH + 1));
  assert.ok(hasCode(await rejection(oversized), Code.RESOURCE_EXHAUSTED));
  const malformed = task.state({ id: 'a' });
  peer.write(encodeFrame({ streamId: 3, type: MessageType.RESPONSE, flags: 0, data: Uint8Array.of(0x0a, 0x7f) }));
  assert.ok(hasCode(await rejection(malformed), Code.INTERNAL));
  client.close();
});

calling.run();
