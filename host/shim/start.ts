// `start`: makes sure that the container's group has a shim, and tells containerd where it listens. The socket is bound here and
// inherited by the daemon, so that containerd can connect while the daemon is still loading.
import type { Server } from 'node:net';
import { groupIdOf } from '../bundle/annotations.ts';
import type { Invocation } from '../invocation.ts';
import { formatAddress, formatSocketPath, SOCKET_DIRECTORY, socketSeed } from './address.ts';
import {
  formatStartReply,
  parseContainerdVersion,
  parseStartInput,
  type ReplyFormat,
  type StartInput,
} from './bootstrap.ts';
import { readContainerdVersion } from './containerd-version.ts';
import { bindSocket, type DaemonOptions, digestOf, spawnDaemon } from './daemon.ts';
import { adjustOomScore, openLog, readAnnotations, readStandardInput, writeAddress } from './files.ts';
import { type Flags, formatFlags } from './flags.ts';

/** Starts or finds the shim and gives the reply for standard output. Rejects when no shim could be had; none is left then. */
export async function start(flags: Flags, invocation: Invocation): Promise<Uint8Array> {
  const bundle = invocation.directory;
  const [annotations, bytes] = await Promise.all([readAnnotations(bundle), readStandardInput()]);
  const input = parseStartInput(bytes, flags);
  const directory = input.params?.socketDir ?? SOCKET_DIRECTORY;
  const seed = socketSeed(flags.address, flags.namespace, groupIdOf(annotations, flags.id));
  const path = formatSocketPath(directory, digestOf(seed));
  const address = formatAddress(path);
  const asking = chooseReplyFormat(input, flags, invocation.environment);
  const server = await bindSocket(directory, path);
  const daemon = server ? await spawnDaemon(daemonOptions(flags, invocation, server, path)) : undefined;
  try {
    await Promise.all([writeAddress(bundle, address), daemon && adjustOomScore(daemon.pid)]);
    return formatStartReply(await asking, address);
  } catch (error) {
    daemon?.abandon();
    throw error;
  }
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

async function chooseReplyFormat(
  input: StartInput,
  flags: Flags,
  environment: Invocation['environment'],
): Promise<ReplyFormat> {
  if (input.params) return 'protobuf';
  // containerd 1.6 does not set it, and takes an address alone.
  if (!environment['GRPC_ADDRESS']) return 'address';
  try {
    const version = parseContainerdVersion(await readContainerdVersion(flags.publishBinary));
    return version && version.major >= 2 ? 'json' : 'address';
  } catch {
    // Every version takes an address alone.
    return 'address';
  }
}
