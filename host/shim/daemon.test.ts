import { once } from 'node:events';
import { link, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectSocket } from '../ttrpc/socket.ts';
import { bindSocket, cleanEnvironment, isAlive, spawnDaemon } from './daemon.ts';

type Context = { directory: string; path: string };

function inDirectory(name: string) {
  const tests = suite<Context>(name);
  tests.before.each(async (context) => {
    context.directory = await mkdtemp(join(tmpdir(), 'daemon-'));
    context.path = join(context.directory, 's', 'socket');
  });
  tests.after.each((context) => rm(context.directory, { recursive: true }));
  return tests;
}

/** A program that answers on the descriptor it inherits, once, and ends. */
const echo = `
  const server = require('net').createServer((socket) => {
    socket.end(process.pid + ' ' + process.cwd() + ' ' + Object.keys(process.env).sort());
    server.close();
  }).listen({ fd: 3 });`;

/** Stops listening but leaves the socket's file, as the end of a process does; closing alone would remove it. */
async function leaveSocket(server: Server, path: string): Promise<void> {
  await link(path, `${path}.kept`);
  server.close();
  await rename(`${path}.kept`, path);
}

const binding = inDirectory('bindSocket');

binding('makes folder and socket for their owner alone', async ({ directory, path }) => {
  const server = await bindSocket(join(directory, 's'), path);
  assert.is((await stat(join(directory, 's'))).mode & 0o777, 0o700);
  assert.is((await stat(path)).mode & 0o777, 0o600);
  server?.close();
});

binding('leaves the socket to a shim that is alive', async ({ directory, path }) => {
  const server = await bindSocket(join(directory, 's'), path);
  assert.is(await bindSocket(join(directory, 's'), path), undefined);
  assert.ok(await isAlive(path));
  server?.close();
});

binding('replaces the socket of a dead one', async ({ directory, path }) => {
  const dead = await bindSocket(join(directory, 's'), path);
  assert.ok(dead);
  await leaveSocket(dead, path);
  assert.not(await isAlive(path));
  const server = await bindSocket(join(directory, 's'), path);
  assert.ok(server);
  assert.ok(await isAlive(path));
  server.close();
});

binding('rejects with the error of the system', async ({ directory }) => {
  await writeFile(join(directory, 'file'), '');
  const error = await bindSocket(join(directory, 'file'), join(directory, 'file', 's')).catch(
    (error: unknown) => error,
  );
  assert.is((error as NodeJS.ErrnoException).code, 'EEXIST');
});

binding.run();

const spawning = inDirectory('spawnDaemon');

spawning('hands the listening socket to a process in a session of its own', async ({ directory, path }) => {
  const server = await bindSocket(join(directory, 's'), path);
  assert.ok(server);
  const { pid } = await spawnDaemon({
    command: [process.execPath],
    args: ['-e', echo],
    environment: { A: '1', NODE_OPTIONS: '--no-such-option', LD_PRELOAD: '/nonexistent.so', NODE_EXTRA_CA_CERTS: 'x' },
    directory,
    server,
    errorFd: undefined,
  });
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  assert.is(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]), pid);
  await leaveSocket(server, path);
  const connection = await connectSocket(path, 5000);
  let text = '';
  for await (const chunk of connection.chunks) text += new TextDecoder().decode(chunk);
  assert.is(text, `${pid} ${directory} A`);
});

spawning('can be undone, with its socket', async ({ directory, path }) => {
  const server = await bindSocket(join(directory, 's'), path);
  assert.ok(server);
  const daemon = await spawnDaemon({
    command: [process.execPath],
    args: ['-e', echo],
    environment: {},
    directory,
    server,
    errorFd: undefined,
  });
  const closed = once(server, 'close');
  daemon.abandon();
  await closed;
  assert.is(await stat(path).catch(() => undefined), undefined);
});

spawning('removes the socket when there is nothing to run', async ({ directory, path }) => {
  const server = await bindSocket(join(directory, 's'), path);
  assert.ok(server);
  const options = { command: ['/nonexistent'], args: [], environment: {}, directory, server, errorFd: undefined };
  const error = await spawnDaemon(options).catch((error: unknown) => error);
  assert.is((error as NodeJS.ErrnoException).code, 'ENOENT');
  assert.is(await stat(path).catch(() => undefined), undefined);
});

spawning.run();

const cleaning = suite('cleanEnvironment');

cleaning('keeps what containerd says and drops what Node and the loader obey', () => {
  const environment = { PATH: '/bin', TTRPC_ADDRESS: 'a', NODE_OPTIONS: 'x', LD_LIBRARY_PATH: 'y', GONE: undefined };
  assert.equal(cleanEnvironment(environment), { PATH: '/bin', TTRPC_ADDRESS: 'a' });
});

cleaning.run();
