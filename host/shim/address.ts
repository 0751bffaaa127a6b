// Where a shim listens: the path of its socket and the address that containerd gets.

/** The socket folder of containerd's shims. */
export const SOCKET_DIRECTORY = '/run/containerd/s';

/** The descriptor on which the daemon finds its listening socket: the first behind the standard streams. */
export const SOCKET_FD = 3;

/** The longest path a Unix socket can have, in bytes: unix(7), sun_path, without its final zero and with one byte to spare as in Go. */
export const MAX_SOCKET_PATH_LENGTH = 106;

const SCHEME = 'unix://';

/** The text whose SHA-256 names a group's socket, so that no two containerds or namespaces meet. */
export function socketSeed(containerdAddress: string, namespace: string, group: string): string {
  return `${containerdAddress}/${namespace}/${group}`;
}

/** Makes the path of a group's socket. Throws `RangeError` when it is too long for a socket. */
export function formatSocketPath(directory: string, digest: string): string {
  const path = `${directory}/${digest}`;
  const { length } = new TextEncoder().encode(path);
  if (length > MAX_SOCKET_PATH_LENGTH) {
    throw new RangeError(`cannot listen on "${path}": ${length} bytes, a socket takes ${MAX_SOCKET_PATH_LENGTH}`);
  }
  return path;
}

/** Makes the address of a socket, as containerd wants it. */
export function formatAddress(socketPath: string): string {
  return SCHEME + socketPath;
}

/** Takes the path out of an address, with or without its scheme. */
export function parseAddress(address: string): string {
  const trimmed = address.trim();
  return trimmed.startsWith(SCHEME) ? trimmed.slice(SCHEME.length) : trimmed;
}
