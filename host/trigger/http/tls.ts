// TLS on the listener, from files that are mounted into the container. What Kubernetes renews in a Secret is taken up while the app
// serves. TLS takes 3 MB, so it is loaded only where it is asked for.

import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { getBuiltinModule } from 'node:process';
import type { TLSSocket } from 'node:tls';

/** Spin's names of the options. */
const CERTIFICATE_VARIABLE = 'SPIN_TLS_CERT';
const KEY_VARIABLE = 'SPIN_TLS_KEY';

/** How long a client may take for the handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** How often is looked whether the files are others, in milliseconds. */
const WATCH_MS = 10_000;

/** Where the certificate chain and its key are, in PEM. */
export type TlsFiles = { readonly certificate: string; readonly key: string; readonly watchMs?: number };

/** Returns the files that the environment names, if any. Throws an `Error` when it names one of the two. */
export function tlsFilesOf(environment: Readonly<Record<string, string>>): TlsFiles | undefined {
  const certificate = environment[CERTIFICATE_VARIABLE] || undefined;
  const key = environment[KEY_VARIABLE] || undefined;
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new Error(`${CERTIFICATE_VARIABLE} and ${KEY_VARIABLE} go together: set both, or leave both out`);
  }
  return { certificate, key };
}

/**
 * Creates a server that is not listening yet; `onSocket` gets each client whose handshake is done, and whether it speaks HTTP/2. Of more
 * than `maxConnections` clients, those in their handshake among them, the last ones are closed. Throws an `Error` that says which files
 * cannot be used.
 */
export function createTlsServer(
  files: TlsFiles,
  onSocket: (socket: Socket, speaksHttp2: boolean) => void,
  log: (line: string) => void,
  maxConnections = Number.POSITIVE_INFINITY,
): Server {
  const { createServer } = getBuiltinModule('node:tls');
  const options = {
    ALPNProtocols: ['h2', 'http/1.1'],
    noDelay: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
  const server = using(files, (pair) =>
    createServer({ ...options, ...pair }, (socket: TLSSocket) => onSocket(socket, socket.alpnProtocol === 'h2')),
  );
  if (maxConnections !== Number.POSITIVE_INFINITY) server.maxConnections = maxConnections;
  const reload = () => {
    try {
      using(files, (pair) => server.setSecureContext(pair));
      log('The TLS certificate was read anew');
    } catch (error) {
      log(`Warning: the TLS certificate stays as it was: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const interval = files.watchMs ?? WATCH_MS;
  const paths = [files.certificate, files.key];
  for (const path of paths) watchFile(path, { interval, persistent: false }, reload);
  server.once('close', () => {
    for (const path of paths) unwatchFile(path, reload);
  });
  return server;
}

/** Reads the files and makes something of them. */
function using<T>(files: TlsFiles, make: (pair: { cert: Buffer; key: Buffer }) => T): T {
  try {
    return make({ cert: readFileSync(files.certificate), key: readFileSync(files.key) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot use the certificate "${files.certificate}" with the key "${files.key}": ${reason}`, {
      cause: error,
    });
  }
}
