import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Task } from '../gen/containerd.task.v3.ts';
import { Client } from './client.ts';
import { Server } from './server.ts';
import type { Handlers } from './service.ts';
import { connectSocket, listenSocket } from './socket.ts';
import { Code, hasCode } from './status.ts';

const TIMEOUT_MS = 5000;
const sockets = suite<{ directory: string }>('socket');

sockets.before.each(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'ttrpc-'));
});
sockets.after.each((context) => rm(context.directory, { recursive: true }));

sockets('carries calls, large ones too, between processes', async ({ directory }) => {
  const server = new Server();
  const handlers: Partial<Handlers<typeof Task>> = { create: async ({ bundle }) => ({ pid: bundle.length }) };
  server.register(Task, handlers as Handlers<typeof Task>);
  const listener = await listenSocket({ path: join(directory, 's') }, (connection) => void server.serve(connection));
  const client = new Client(await connectSocket(join(directory, 's'), TIMEOUT_MS));
  const lengths = [0, 10, 100_000, 4_000_000];
  const calls = lengths.map((length) => client.caller(Task).create({ bundle: 'x'.repeat(length) }));
  assert.equal(
    (await Promise.all(calls)).map(({ pid }) => pid),
    lengths,
  );
  client.close();
  await client.closed;
  listener.close();
});

sockets('tells a client of the end of the server', async ({ directory }) => {
  const listener = await listenSocket({ path: join(directory, 's') }, (connection) => connection.close());
  const client = new Client(await connectSocket(join(directory, 's'), TIMEOUT_MS));
  await client.closed;
  const error = await client
    .caller(Task)
    .state({ id: 'a' })
    .catch((error: unknown) => error);
  assert.ok(hasCode(error, Code.UNAVAILABLE));
  listener.close();
});

sockets('rejects with the error of the system when nobody listens', async ({ directory }) => {
  const error = await connectSocket(join(directory, 'none'), TIMEOUT_MS).catch((error: unknown) => error);
  assert.is((error as NodeJS.ErrnoException).code, 'ENOENT');
});

sockets('rejects with the error of the system when the path is taken', async ({ directory }) => {
  const listener = await listenSocket({ path: join(directory, 's') }, () => undefined);
  const error = await listenSocket({ path: join(directory, 's') }, () => undefined).catch((error: unknown) => error);
  assert.is((error as NodeJS.ErrnoException).code, 'EADDRINUSE');
  listener.close();
});

sockets.run();
