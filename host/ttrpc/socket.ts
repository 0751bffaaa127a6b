// EDGE: Unix sockets. Makes connections for server.ts and client.ts out of the machine's sockets.
import { createServer, type Server as NetServer, connect as netConnect, type Socket } from 'node:net';
import type { Connection } from './connection.ts';

/** Makes a connection of a connected socket. */
export function createConnection(socket: Socket): Connection {
  return {
    chunks: socket as AsyncIterable<Uint8Array>,
    write: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    close: () => socket.destroySoon(),
  };
}

/** Connects to a Unix socket. Rejects with the system's error, or with ETIMEDOUT's time-out error after `timeoutMs`. */
export function connectSocket(path: string, timeoutMs: number): Promise<Connection> {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const socket = netConnect({ path });
  const timer = setTimeout(() => {
    socket.destroy(
      Object.assign(new Error(`cannot connect to ${path}: no answer in ${timeoutMs} ms`), { code: 'ETIMEDOUT' }),
    );
  }, timeoutMs);
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    // Errors of an open socket end its chunks; without a listener they would end the process as well.
    socket.on('error', () => undefined);
    resolve(createConnection(socket));
  });
  socket.once('connect', () => clearTimeout(timer));
  socket.once('error', () => clearTimeout(timer));
  return promise;
}

/** Where to listen: at a path, which must not exist, or on a descriptor that is listening already. */
export type ListenTarget = { readonly path: string } | { readonly fd: number };

/** Listens and hands each connection over. Rejects with the system's error, such as EADDRINUSE. */
export function listenSocket(target: ListenTarget, onConnection: (connection: Connection) => void): Promise<NetServer> {
  const { promise, resolve, reject } = Promise.withResolvers<NetServer>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(createConnection(socket));
  });
  server.once('error', reject);
  server.listen(target, () => {
    server.off('error', reject);
    resolve(server);
  });
  return promise;
}
