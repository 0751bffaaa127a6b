// `start`: makes sure that the container's group has a shim, and tells containerd where it listens. The socket is bound here and
// inherited by the daemon, so that containerd can connect while the daemon is still loading. Loads as little as it can: it is the first
// half of the time that every pod takes to start.
import type { Server } from 'node:net';
import { groupIdOf } from '../bundle/annotations.ts';
import type { Invocation } from '../invocation.ts';
import { sha256 } from '../sha256.ts';
import { formatAddress, formatSocketPath, SOCKET_DIRECTORY, socketSeed } from './address.ts';
import { readContainerdVersion } from './containerd-version.ts';
import { bindSocket, type DaemonOptions, spawnDaemon } from './daemon.ts';
import { adjustOomScore, openLog, readAnnotations, readStandardInput, writeAddress } from './files.ts';
import { type Flags, formatFlags } from './flags.ts';
import { formatReply, mayNameContainer, replyFormatFor } from './reply.ts';

/** Starts or finds the shim and gives the reply for standard output. Rejects when no shim could be had; none is left then. */
export async function start(flags: Flags, invocation: Invocation): Promise<Uint8Array> {
  const bundle = invocation.directory;
  const group = groupIdOf(readAnnotations(bundle), flags.id);
  const { directory, reply, isDebug } = await readRequest(flags, invocation.environment);
  const path = formatSocketPath(directory, sha256(socketSeed(flags.address, flags.namespace, group)));
  const address = formatAddress(path);
  // Set where containerd was told to isolate what it runs; the daemon and its children inherit the group.
  if (invocation.environment['SCHED_CORE']) (await import('../ffi/core-scheduling.ts')).createSchedulingGroup();
  const server = await bindSocket(directory, path);
  const daemon = server ? await spawnDaemon(daemonOptions({ ...flags, isDebug }, invocation, server, path)) : undefined;
  try {
    writeAddress(bundle, address);
    if (daemon) adjustOomScore(daemon.pid);
    return await reply(address);
  } catch (error) {
    daemon?.abandon();
    throw error;
  }
}

/** What containerd asks for: where the socket should be, how to answer, whether to log everything. */
type Request = {
  readonly directory: string;
  readonly reply: (address: string) => Uint8Array | Promise<Uint8Array>;
  readonly isDebug: boolean;
};

async function readRequest(flags: Flags, environment: Invocation['environment']): Promise<Request> {
  const bytes = readStandardInput();
  if (mayNameContainer(bytes, flags.id)) {
    const { formatBootstrapResult, parseStartInput, wantsDebug } = await import('./bootstrap.ts');
    const { params } = parseStartInput(bytes, flags);
    if (params) {
      const isDebug = flags.isDebug || wantsDebug(params);
      return { directory: params.socketDir ?? SOCKET_DIRECTORY, reply: formatBootstrapResult, isDebug };
    }
  }
  // containerd 1.6 does not set it, and takes an address alone.
  const format = environment['GRPC_ADDRESS']
    ? readContainerdVersion(flags.publishBinary).then(replyFormatFor, () => 'address' as const)
    : 'address';
  const reply = async (address: string) => formatReply(await format, address);
  return { directory: SOCKET_DIRECTORY, reply, isDebug: flags.isDebug };
}

function daemonOptions(flags: Flags, invocation: Invocation, server: Server, socket: string): DaemonOptions {
  return {
    command: invocation.command,
    args: formatFlags({ ...flags, action: 'serve', socket }),
    environment: invocation.environment,
    directory: invocation.directory,
    server,
    errorFd: openLog(invocation.directory),
  };
}
