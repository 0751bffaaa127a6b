// The command line of an OCI runtime: runc's, which crun and youki share.
// https://github.com/opencontainers/runc/blob/main/man/runc.8.md

/** What every command of one OCI runtime has in common. */
export type OciRuntimeOptions = {
  /** Name or path of the executable. */
  readonly binary: string;
  /** Folder of the runtime's own state. */
  readonly root: string;
  readonly systemdCgroup: boolean;
};

/** What `create` needs to know. */
export type CreateOptions = {
  readonly bundle: string;
  readonly pidFile: string;
  /** Unix socket that gets the terminal's descriptor. */
  readonly consoleSocket?: string | undefined;
  /** How many descriptors from 3 on the container's process gets. */
  readonly preservedDescriptors: number;
  readonly noPivotRoot: boolean;
  readonly noNewKeyring: boolean;
};

/** What `exec` needs to know. */
export type ExecOptions = {
  /** File with the process as JSON. */
  readonly processFile: string;
  readonly pidFile: string;
  readonly consoleSocket?: string | undefined;
};

/** Returns the arguments before the command. */
export function globalArguments(options: OciRuntimeOptions, log: string): string[] {
  const systemd = options.systemdCgroup ? ['--systemd-cgroup'] : [];
  return ['--root', options.root, '--log', log, '--log-format', 'json', ...systemd];
}

/** Returns the arguments of `create`. */
export function createArguments(id: string, options: CreateOptions): string[] {
  return [
    'create',
    ...['--bundle', options.bundle, '--pid-file', options.pidFile],
    ...consoleArguments(options.consoleSocket),
    ...(options.preservedDescriptors > 0 ? ['--preserve-fds', String(options.preservedDescriptors)] : []),
    ...(options.noPivotRoot ? ['--no-pivot'] : []),
    ...(options.noNewKeyring ? ['--no-new-keyring'] : []),
    id,
  ];
}

/** Returns the arguments of `exec`. */
export function execArguments(id: string, options: ExecOptions): string[] {
  const files = ['--process', options.processFile, '--pid-file', options.pidFile];
  return ['exec', '--detach', ...files, ...consoleArguments(options.consoleSocket), id];
}

/** Returns the arguments of `kill`; with `all`, every process of the container gets the signal. */
export function killArguments(id: string, signal: number, all: boolean): string[] {
  return ['kill', ...(all ? ['--all'] : []), id, String(signal)];
}

/** Returns the arguments of `delete`; with `force`, a running container is killed first. */
export function deleteArguments(id: string, force: boolean): string[] {
  return ['delete', ...(force ? ['--force'] : []), id];
}

function consoleArguments(socket: string | undefined): string[] {
  return socket === undefined ? [] : ['--console-socket', socket];
}
