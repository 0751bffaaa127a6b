// Gets the standard streams of a process ready before the OCI runtime makes it, and takes them over afterwards.

import { join } from 'node:path';
import type { ProcessDescriptors } from '../oci/runtime.ts';
import { parseEndpoint } from '../stdio/endpoint.ts';
import { type Endpoints, openStreams, type StreamOwner, type Streams } from '../stdio/open.ts';
import { ConsoleSocket, Terminal } from '../stdio/terminal.ts';
import type { Stdio } from './container.ts';

/** Standard streams that wait for their process. */
export interface PendingIo {
  /** For the OCI runtime, and through it for the process. */
  readonly descriptors: ProcessDescriptors;
  /** For a process with a terminal. */
  readonly consoleSocket: string | undefined;
  /** Takes over when the process exists. */
  attach(): Promise<Streams | Terminal>;
  /** Gives up when there will be no process. */
  discard(): Promise<void>;
}

/** Opens what a request asks for. `directory` is for console sockets; its path must be short. */
export async function openIo(stdio: Stdio, owner: StreamOwner, directory: string): Promise<PendingIo> {
  const endpoints: Endpoints = {
    stdin: parseEndpoint(stdio.stdin),
    stdout: parseEndpoint(stdio.stdout),
    hasTerminal: stdio.terminal,
    // A terminal has one output.
    stderr: stdio.terminal ? { kind: 'none' } : parseEndpoint(stdio.stderr),
  };
  const streams = await openStreams(endpoints, owner);
  return stdio.terminal ? openTerminal(streams, directory) : createPlain(streams);
}

function createPlain(streams: Streams): PendingIo {
  return {
    descriptors: streams.descriptors,
    consoleSocket: undefined,
    attach: async () => {
      await streams.release();
      return streams;
    },
    discard: () => streams.close(),
  };
}

// Tells the sockets of this shim apart; its pid and the time tell them from those of others, living or dead. Node's crypto, for a
// random name, would cost every shim more than a megabyte.
let terminals = 0;

async function openTerminal(streams: Streams, directory: string): Promise<PendingIo> {
  const socket = await ConsoleSocket.listen(join(directory, `${process.pid}-${Date.now()}-${++terminals}`));
  return {
    descriptors: ['ignore', 'ignore', 'ignore'],
    consoleSocket: socket.path,
    attach: async () => {
      const terminal = new Terminal(await socket.receive(), streams);
      await socket.close();
      return terminal;
    },
    discard: async () => {
      await socket.close();
      await streams.close();
    },
  };
}
