import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Task as TaskV2 } from '../gen/containerd.task.v2.ts';
import { CreateTaskRequest, CreateTaskResponse, StateRequest, Task } from '../gen/containerd.task.v3.ts';
import { Request, Response } from '../gen/ttrpc.ts';
import type { Fields } from '../protobuf/message.ts';
import { createConnectionPair } from '../testing/connection-pair.ts';
import type { Connection } from './connection.ts';
import { encodeFrame, Flag, FrameDecoder, HEADER_LENGTH, MAX_DATA_LENGTH, MessageType } from './frame.ts';
import { Server } from './server.ts';
import type { Call, Handlers } from './service.ts';
import { Code, StatusError } from './status.ts';

type TaskHandlers = Handlers<typeof Task>;

/** A peer that speaks in frames, so that it can also say what no client would. */
class Peer {
  readonly #connection: Connection;
  readonly #answers: AsyncGenerator<{ streamId: number; response: Response }>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#answers = receive(connection);
  }

  send(streamId: number, type: number, flags: number, data: Uint8Array): void {
    this.#connection.write(encodeFrame({ streamId, type, flags, data }));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#connection.write(bytes);
  }

  request(streamId: number, request: Fields<Request>, flags = 0): void {
    this.send(streamId, MessageType.REQUEST, flags, Request.encode(request));
  }

  async answer(): Promise<{ streamId: number; code: number; message: string; payload: Uint8Array }> {
    const { value } = await this.#answers.next();
    if (!value) throw new Error('the server has closed');
    const { status, payload } = value.response;
    return { streamId: value.streamId, code: status?.code ?? Code.OK, message: status?.message ?? '', payload };
  }

  close(): void {
    this.#connection.close();
  }
}

async function* receive(connection: Connection): AsyncGenerator<{ streamId: number; response: Response }> {
  const decoder = new FrameDecoder();
  for await (const chunk of connection.chunks) {
    for (const frame of decoder.decode(chunk)) {
      assert.ok('data' in frame);
      assert.is(frame.type, MessageType.RESPONSE);
      assert.is(frame.flags, 0);
      yield { streamId: frame.streamId, response: Response.decode(frame.data) };
    }
  }
}

function serve(handlers: Partial<TaskHandlers>): { peer: Peer; served: Promise<void> } {
  const server = new Server();
  server.register(Task, handlers as TaskHandlers);
  server.register(TaskV2, handlers as TaskHandlers);
  const [theirs, ours] = createConnectionPair();
  return { peer: new Peer(theirs), served: server.serve(ours) };
}

const create = (id: string): Fields<Request> => ({
  service: Task.name,
  method: 'Create',
  payload: CreateTaskRequest.encode({ id }),
});

const serving = suite('Server');

serving('answers a call with the encoded response', async () => {
  const { peer } = serve({ create: async ({ id }) => ({ pid: id.length }) });
  peer.request(1, create('four'));
  const { streamId, code, payload } = await peer.answer();
  assert.equal([streamId, code, CreateTaskResponse.decode(payload).pid], [1, Code.OK, 4]);
});

serving('serves both versions of the Task service', async () => {
  const { peer } = serve({ state: async () => ({ pid: 7 }) });
  for (const [streamId, service] of [
    [1, 'containerd.task.v2.Task'],
    [3, 'containerd.task.v3.Task'],
  ] as const) {
    peer.request(streamId, { service, method: 'State', payload: StateRequest.encode({ id: 'a' }) });
    assert.is((await peer.answer()).code, Code.OK, service);
  }
});

serving('answers with the status of what a handler throws', async () => {
  const { peer } = serve({
    create: async () => {
      throw new StatusError(Code.ALREADY_EXISTS, 'task "a": already exists');
    },
  });
  peer.request(1, create('a'));
  const { code, message } = await peer.answer();
  assert.equal([code, message], [Code.ALREADY_EXISTS, 'task "a": already exists']);
});

serving('runs calls concurrently and answers them as they end', async () => {
  const first = Promise.withResolvers<{ pid: number }>();
  const { peer } = serve({ create: ({ id }) => (id === 'slow' ? first.promise : Promise.resolve({ pid: 2 })) });
  peer.request(1, create('slow'));
  peer.request(3, create('fast'));
  assert.is((await peer.answer()).streamId, 3);
  first.resolve({ pid: 1 });
  assert.is((await peer.answer()).streamId, 1);
});

serving('answers UNIMPLEMENTED for a service, a method or a handler that is not there', async () => {
  const { peer } = serve({});
  peer.request(1, { ...create('a'), service: 'containerd.runtime.sandbox.v1.Sandbox' });
  assert.is((await peer.answer()).code, Code.UNIMPLEMENTED);
  peer.request(3, { ...create('a'), method: 'Levitate' });
  assert.is((await peer.answer()).code, Code.UNIMPLEMENTED);
  peer.request(5, create('a'));
  assert.is((await peer.answer()).code, Code.UNIMPLEMENTED);
});

serving('refuses streams, and data for the stream it has refused', async () => {
  const { peer } = serve({ create: async () => ({ pid: 1 }) });
  peer.request(1, create('a'), Flag.REMOTE_OPEN);
  assert.is((await peer.answer()).code, Code.UNIMPLEMENTED);
  peer.send(1, MessageType.DATA, Flag.REMOTE_CLOSED | Flag.NO_DATA, new Uint8Array(0));
  const { code, message } = await peer.answer();
  assert.equal([code, message], [Code.INVALID_ARGUMENT, 'StreamID is no longer active']);
});

serving('refuses even and used stream ids, and goes on', async () => {
  const { peer } = serve({ create: async () => ({ pid: 1 }) });
  peer.request(2, create('a'));
  const even = await peer.answer();
  assert.equal([even.streamId, even.code], [2, Code.INVALID_ARGUMENT]);
  assert.match(even.message, /must be odd/);
  peer.request(5, create('a'));
  assert.is((await peer.answer()).code, Code.OK);
  for (const used of [5, 3]) {
    peer.request(used, create('a'));
    const { streamId, code, message } = await peer.answer();
    assert.equal([streamId, code], [used, Code.INVALID_ARGUMENT]);
    assert.match(message, /cannot be re-used/);
  }
});

serving('ignores messages of a type that does not exist', async () => {
  const { peer } = serve({ create: async () => ({ pid: 1 }) });
  peer.send(1, 99, 0, new Uint8Array(3));
  peer.request(1, create('a'));
  assert.is((await peer.answer()).code, Code.OK);
});

serving('answers RESOURCE_EXHAUSTED for oversized data and keeps the connection', async () => {
  const { peer } = serve({ create: async () => ({ pid: 1 }) });
  const header = new Uint8Array(HEADER_LENGTH);
  new DataView(header.buffer).setUint32(0, MAX_DATA_LENGTH + 1);
  header.set([0, 0, 0, 1, MessageType.REQUEST, 0], 4);
  peer.sendBytes(header);
  const { streamId, code } = await peer.answer();
  assert.equal([streamId, code], [1, Code.RESOURCE_EXHAUSTED]);
  peer.sendBytes(new Uint8Array(MAX_DATA_LENGTH + 1));
  peer.request(3, create('a'));
  assert.is((await peer.answer()).code, Code.OK);
});

serving('answers RESOURCE_EXHAUSTED in place of a response that is too long', async () => {
  const { peer } = serve({ state: async () => ({ stdout: 'x'.repeat(MAX_DATA_LENGTH) }) });
  peer.request(1, { service: Task.name, method: 'State', payload: StateRequest.encode({ id: 'a' }) });
  assert.is((await peer.answer()).code, Code.RESOURCE_EXHAUSTED);
});

serving('answers INVALID_ARGUMENT for what does not decode', async () => {
  const { peer } = serve({ create: async () => ({ pid: 1 }) });
  peer.send(1, MessageType.REQUEST, 0, Uint8Array.of(0x0a, 0x7f));
  assert.is((await peer.answer()).code, Code.INVALID_ARGUMENT);
  peer.request(3, { ...create('a'), payload: Uint8Array.of(0x0a, 0x7f) });
  assert.is((await peer.answer()).code, Code.INVALID_ARGUMENT);
});

serving('answers DEADLINE_EXCEEDED in time, tells the handler, and does not answer twice', async () => {
  const aborted = Promise.withResolvers<unknown>();
  const { peer } = serve({
    create: ({ id }, { signal }: Call) => {
      if (id === 'fast') return Promise.resolve({ pid: 2 });
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.resolve(signal.reason);
          resolve({ pid: 1 });
        });
      });
    },
  });
  peer.request(1, { ...create('slow'), timeoutNano: 5_000_000n });
  const { streamId, code } = await peer.answer();
  assert.equal([streamId, code], [1, Code.DEADLINE_EXCEEDED]);
  assert.instance(await aborted.promise, StatusError);
  peer.request(3, create('fast'));
  assert.is((await peer.answer()).streamId, 3);
});

serving('takes a deadline beyond the reach of timers for none', async () => {
  const { peer } = serve({ create: async () => ({ pid: 1 }) });
  peer.request(1, { ...create('a'), timeoutNano: 2n ** 63n - 1n });
  assert.is((await peer.answer()).code, Code.OK);
});

serving('hands metadata over, keys in lower case and repeated ones together', async () => {
  const seen = Promise.withResolvers<Call['metadata']>();
  const { peer } = serve({
    create: async (_request, { metadata }) => {
      seen.resolve(metadata);
      return {};
    },
  });
  const metadata = [
    { key: 'Traceparent', value: '1' },
    { key: 'k', value: 'a' },
    { key: 'k', value: 'b' },
  ];
  peer.request(1, { ...create('a'), metadata });
  assert.equal(
    [...(await seen.promise)],
    [
      ['traceparent', ['1']],
      ['k', ['a', 'b']],
    ],
  );
});

serving('ends when the peer closes, and aborts the signals of calls that still run', async () => {
  const started = Promise.withResolvers<AbortSignal>();
  const { peer, served } = serve({
    create: (_request, { signal }) => {
      started.resolve(signal);
      return new Promise(() => undefined);
    },
  });
  peer.request(1, create('a'));
  const signal = await started.promise;
  assert.not(signal.aborted);
  peer.close();
  await served;
  assert.ok(signal.aborted);
});

serving('answers every call of a burst that comes in one chunk, or cut anywhere', async () => {
  const frames = Array.from({ length: 20 }, (_, index) => {
    const data = Request.encode(create(`container-${index}`));
    return encodeFrame({ streamId: 2 * index + 1, type: MessageType.REQUEST, flags: 0, data });
  });
  const bytes = Buffer.concat(frames);
  for (const size of [1, 7, HEADER_LENGTH, 100, bytes.length]) {
    const { peer } = serve({ create: async ({ id }) => ({ pid: id.length }) });
    for (let at = 0; at < bytes.length; at += size) peer.sendBytes(bytes.subarray(at, at + size));
    const answers = await Promise.all(frames.map(() => peer.answer()));
    assert.ok(
      answers.every(({ code }) => code === Code.OK),
      `chunks of ${size} bytes`,
    );
    assert.is(new Set(answers.map(({ streamId }) => streamId)).size, frames.length);
  }
});

serving('survives bytes that mean nothing', async () => {
  // A linear congruential generator, so that a failure can be repeated.
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >>> 16;
  };
  for (let round = 0; round < 200; round++) {
    const { peer, served } = serve({ create: async () => ({ pid: 1 }) });
    const bytes = Uint8Array.from({ length: next() % 300 }, () => next() & 0xff);
    // Short lengths, so that most frames are whole and reach the decoding of what is in them.
    for (let at = 0; at + HEADER_LENGTH < bytes.length; at += 30) bytes.set([0, 0, 0, 20, 0, 0, 0, at | 1, 1, 0], at);
    peer.sendBytes(bytes);
    peer.close();
    await served;
  }
});

serving('does not mind a peer that closes within a frame', async () => {
  const { peer, served } = serve({});
  peer.sendBytes(Uint8Array.of(0, 0, 0));
  peer.close();
  await served;
});

serving.run();
