// wasi:cli@0.2: https://github.com/WebAssembly/wasi-cli/tree/main/wit

import type { InstanceScope } from './instance-scope.ts';
import { BytesSource, InputStream } from './io/input-stream.ts';
import { type ByteSink, OutputStream } from './io/output-stream.ts';

/** Thrown through a guest that calls `wasi:cli/exit`; `status` is its exit status. */
export class GuestExit extends Error {
  override readonly name = 'GuestExit';
  readonly status: number;

  constructor(status: number) {
    super(`the guest called exit with status ${status}`);
    this.status = status;
  }
}

/** What a command line interface shows to one component. */
export type CliOptions = {
  readonly environment: readonly (readonly [string, string])[];
  /** Opens the sink behind a standard output or standard error stream. */
  readonly openOutput: () => ByteSink;
};

/** The resource `terminal-input`; there are none. */
class TerminalInput {}

/** The resource `terminal-output`; there are none. */
class TerminalOutput {}

/** Interfaces whose functions are the same for every component. Nothing is a terminal. */
export const cliConstants = {
  'wasi:cli/exit@0.2': {
    exit: (status: { readonly tag: 'ok' | 'err' }) => {
      throw new GuestExit(status.tag === 'ok' ? 0 : 1);
    },
    exitWithCode: (status: number) => {
      throw new GuestExit(status);
    },
  },
  'wasi:cli/terminal-input@0.2': { TerminalInput },
  'wasi:cli/terminal-output@0.2': { TerminalOutput },
  'wasi:cli/terminal-stdin@0.2': { getTerminalStdin: () => undefined },
  'wasi:cli/terminal-stdout@0.2': { getTerminalStdout: () => undefined },
  'wasi:cli/terminal-stderr@0.2': { getTerminalStderr: () => undefined },
};

/** Creates the interfaces of one instance. A program's output goes where it says, other components' to the container's. */
export function createCli(options: CliOptions, scope: InstanceScope) {
  return {
    'wasi:cli/environment@0.2': {
      getEnvironment: () =>
        scope.program ? [...options.environment, ...scope.program.environment] : options.environment,
      getArguments: () => scope.program?.args ?? [],
      initialCwd: () => undefined,
    },
    'wasi:cli/stdin@0.2': {
      getStdin: () => new InputStream(scope.program?.stdin ?? new BytesSource(new Uint8Array(0))),
    },
    'wasi:cli/stdout@0.2': { getStdout: () => new OutputStream(scope.program?.stdout ?? options.openOutput()) },
    'wasi:cli/stderr@0.2': { getStderr: () => new OutputStream(options.openOutput()) },
  };
}
