// EDGE: processes and sockets of `start`. Binds a group's socket, or finds the shim that has it; starts the daemon that inherits it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';

/**
 * Binds a socket that only root can use, without accepting anything. Gives undefined when a living shim has the path already; a
 * socket that a dead one left is replaced. Rejects with other system errors.
 */
export async function bindSocket(directory: string, path: string): Promise<Server | undefined> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const first = await tryBind(path);
  if (first) return first;
  if (await isAlive(path)) return undefined;
  unlinkSync(path);
  const second = await tryBind(path);
  if (!second) throw new Error(`cannot listen on "${path}": another shim took it just now`);
  return second;
}

async function tryBind(path: string): Promise<Server | undefined> {
  const server = createServer();
  server.listen(path);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  chmodSync(path, 0o600);
  return server;
}

/** Tells whether somebody accepts connections at a path. */
export function isAlive(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** What the daemon is started with. */
export type DaemonOptions = {
  /** The executable and the arguments that lead to our own command line. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly server: Server;
  /** Where its standard error goes; to nowhere when undefined. */
  readonly errorFd: number | undefined;
};

/** A daemon that was started. */
export type Daemon = {
  readonly pid: number;
  /** Ends it and removes its socket, for a start that fails afterwards. */
  abandon(): void;
};

/**
 * Starts the daemon in a session of its own, with nothing of containerd's pipes open: containerd waits for their end.
 * The environment is that of containerd without what would change how our own executable runs. Rejects when it cannot be started;
 * the socket is removed then.
 */
export async function spawnDaemon(options: DaemonOptions): Promise<Daemon> {
  const { command, environment, server } = options;
  const [file = '', ...args] = [...command, ...options.args];
  try {
    const child = spawn(file, args, {
      cwd: options.directory,
      env: cleanEnvironment(environment),
      detached: true,
      stdio: ['ignore', 'ignore', options.errorFd ?? 'ignore', descriptorOf(server)],
    });
    await once(child, 'spawn');
    const abandon = (): void => {
      child.kill('SIGKILL');
      server.close();
    };
    return { pid: child.pid ?? 0, abandon };
  } catch (error) {
    server.close();
    throw error;
  }
}

/** Leaves out the variables that Node and the dynamic loader would obey. */
export function cleanEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && !/^(NODE_|LD_)/.test(name),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

// Node has no public way to the descriptor of a listening server.
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as Server & { _handle?: { fd: number } };
  if (!handle || handle.fd < 0) throw new Error('cannot hand the socket over: it has no descriptor');
  return handle.fd;
}
