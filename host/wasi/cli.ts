// wasi:cli@0.2: https://github.com/WebAssembly/wasi-cli/tree/main/wit

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
  readonly args: readonly string[];
  /** Opens the sink behind a standard output and a standard error stream. */
  readonly openStdout: () => ByteSink;
  readonly openStderr: () => ByteSink;
};

/** The resource `terminal-input`; there are none. */
class TerminalInput {}

/** The resource `terminal-output`; there are none. */
class TerminalOutput {}

/** Interfaces whose functions are the same for every component. Standard input is empty, nothing is a terminal. */
export const cliConstants = {
  'wasi:cli/exit@0.2': {
    exit: (status: { readonly tag: 'ok' | 'err' }) => {
      throw new GuestExit(status.tag === 'ok' ? 0 : 1);
    },
    exitWithCode: (status: number) => {
      throw new GuestExit(status);
    },
  },
  'wasi:cli/stdin@0.2': { getStdin: () => new InputStream(new BytesSource(new Uint8Array(0))) },
  'wasi:cli/terminal-input@0.2': { TerminalInput },
  'wasi:cli/terminal-output@0.2': { TerminalOutput },
  'wasi:cli/terminal-stdin@0.2': { getTerminalStdin: () => undefined },
  'wasi:cli/terminal-stdout@0.2': { getTerminalStdout: () => undefined },
  'wasi:cli/terminal-stderr@0.2': { getTerminalStderr: () => undefined },
};

/** Creates the interfaces that belong to one component. */
export function createCli(options: CliOptions) {
  return {
    'wasi:cli/environment@0.2': {
      getEnvironment: () => options.environment,
      getArguments: () => options.args,
      initialCwd: () => undefined,
    },
    'wasi:cli/stdout@0.2': { getStdout: () => new OutputStream(options.openStdout()) },
    'wasi:cli/stderr@0.2': { getStderr: () => new OutputStream(options.openStderr()) },
  };
}
