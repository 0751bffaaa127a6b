// The daemon: serves the Task service of a group's containers until the last of them is gone and containerd says Shutdown. It outlives
// containerd and every connection.
import type { Server as NetServer } from 'node:net';
import { Publisher } from '../events/publisher.ts';
import { becomeChildSubreaper } from '../ffi/child.ts';
import { MemoryTrimmer } from '../ffi/memory-trimmer.ts';
import { Task as TaskV2 } from '../gen/containerd.task.v2.ts';
import { Task as TaskV3 } from '../gen/containerd.task.v3.ts';
import type { Invocation } from '../invocation.ts';
import { createTaskService } from '../task/create-service.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import type { Connection } from '../ttrpc/connection.ts';
import { Server } from '../ttrpc/server.ts';
import { connectSocket, listenSocket } from '../ttrpc/socket.ts';
import { formatAddress, parseAddress, SOCKET_FD } from './address.ts';
import { removeFile, writeStandardError } from './files.ts';
import type { Flags } from './flags.ts';
import { RUNTIME_NAME } from './info.ts';

const CONNECT_TIMEOUT_MS = 5000;
// containerd gives an exiting shim three seconds.
const FLUSH_TIMEOUT_MS = 2500;

/** Serves until Shutdown or SIGTERM, then sends the last events and removes the socket. Rejects when it cannot serve at all. */
export async function serve(flags: Flags, invocation: Invocation): Promise<void> {
  becomeChildSubreaper();
  const log = createDaemonLog(flags);
  invocation.onUncaught((error) => log.error('nobody caught an error', { error }));
  const publisher = createPublisher(flags, invocation, log);
  const exiting = Promise.withResolvers<void>();
  invocation.onTerminate().addEventListener('abort', () => exiting.resolve(), { once: true });
  const service = createTaskService({
    namespace: flags.namespace,
    containerdAddress: flags.address,
    shimAddress: formatAddress(flags.socket),
    events: publisher,
    log,
    invocation,
    requestExit: exiting.resolve,
  });
  const trimmer = new MemoryTrimmer();
  const server = new Server(() => trimmer.touch());
  server.register(TaskV2, service);
  server.register(TaskV3, service);
  const connections = new Set<Connection>();
  const listener = await listenSocket({ fd: SOCKET_FD }, (connection) => {
    connections.add(connection);
    void server.serve(connection).finally(() => connections.delete(connection));
  });
  log.debug('serving', { socket: flags.socket });
  await exiting.promise;
  await stop(flags, listener, connections, publisher, log);
}

/** Ends in the order that loses nothing: no new connections, the answers that are ready, the events that are queued. */
async function stop(
  flags: Flags,
  listener: NetServer,
  connections: ReadonlySet<Connection>,
  publisher: Publisher,
  log: Log,
): Promise<void> {
  if (flags.socket) removeFile(flags.socket);
  listener.close();
  // The answer to Shutdown is written in the turn of the event loop that follows its handler.
  await new Promise((resolve) => setImmediate(resolve));
  for (const connection of connections) connection.close();
  const late = new Promise((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MS).unref());
  await Promise.race([publisher.close(), late]);
  log.debug('stopped');
}

function createDaemonLog(flags: Flags): Log {
  const fields = { runtime: RUNTIME_NAME, namespace: flags.namespace, id: flags.id };
  return createLog({ write: writeStandardError, now: Date.now, isDebug: flags.isDebug, fields });
}

function createPublisher(flags: Flags, invocation: Invocation, log: Log): Publisher {
  const address = invocation.environment['TTRPC_ADDRESS'] ?? `${parseAddress(flags.address)}.ttrpc`;
  return new Publisher({
    namespace: flags.namespace,
    connect: () => connectSocket(parseAddress(address), CONNECT_TIMEOUT_MS),
    now: Date.now,
    onDrop: (envelope, error) => log.warning('dropped an event', { topic: envelope.topic, error }),
  });
}
