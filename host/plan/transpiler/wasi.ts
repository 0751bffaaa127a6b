// The little of WASI that jco's transpiler, itself a component, and guest runtimes may ask for: no files, no environment, no clock,
// output thrown away. It stands in for preview2-shim, which would start a thread and open the machine to what is parsed here.

/** An interface's functions and classes, by name as JavaScript calls them. */
type Interface = Readonly<Record<string, unknown>>;

class Stream {
  checkWrite(): bigint {
    return 65536n;
  }
  write(): void {}
  blockingWriteAndFlush(): void {}
  blockingFlush(): void {}
  flush(): void {}
}

class Nothing {}

function refuse(): never {
  throw new Error('the guest runtime has no such capability');
}

const stream = new Stream();

export const environment: Interface = {
  getEnvironment: () => [],
  getArguments: () => [],
  initialCwd: () => undefined,
};
export const exit: Interface = { exit: refuse, exitWithCode: refuse };
export const stdin: Interface = { getStdin: refuse };
export const stdout: Interface = { getStdout: () => stream };
export const stderr: Interface = { getStderr: () => stream };
export const terminalInput: Interface = { TerminalInput: Nothing };
export const terminalOutput: Interface = { TerminalOutput: Nothing };
export const terminalStdin: Interface = { getTerminalStdin: () => undefined };
export const terminalStdout: Interface = { getTerminalStdout: () => undefined };
export const terminalStderr: Interface = { getTerminalStderr: () => undefined };
export const preopens: Interface = { getDirectories: () => [] };
export const types: Interface = {
  Descriptor: Nothing,
  DirectoryEntryStream: Nothing,
  filesystemErrorCode: () => undefined,
};
export const error: Interface = { Error: Nothing };
export const streams: Interface = { InputStream: Nothing, OutputStream: Stream };
export const poll: Interface = { Pollable: Nothing, poll: refuse };
// Two runs of one component must give the same files, so even randomness is fixed here: it only seeds hash tables.
export const random: Interface = {
  getRandomBytes: (length: bigint) => new Uint8Array(Number(length)),
  getRandomU64: () => 0n,
};
export const insecure: Interface = random;
export const insecureSeed: Interface = { insecureSeed: () => [0n, 0n] };
export const wallClock: Interface = {
  now: () => ({ seconds: 0n, nanoseconds: 0 }),
  resolution: () => ({ seconds: 1n, nanoseconds: 0 }),
};
export const monotonicClock: Interface = {
  now: () => 0n,
  resolution: () => 1n,
  subscribeDuration: refuse,
  subscribeInstant: refuse,
};
