// Which certificates a component shows and trusts towards which host, as its pod's owner says.

import { splitCertificates } from '../https.ts';
import type { ClientTlsConfig } from '../runtime-config/networking.ts';

/** What is different from other connections; its identity names the pool of connections it has. */
export type ClientTls = {
  /** The certificates that count; undefined: the ones of every component. */
  readonly ca: readonly string[] | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Whether the default certificates count beside `ca`. */
  readonly hasDefaultRoots: boolean;
};

/** Finds what a component shows and trusts towards a host. */
export type FindClientTls = (hostname: string) => ClientTls | undefined;

/** Opens the tables. `readFile` takes a path relative to the configuration's folder. Throws an `Error` that names a file that is not good. */
export function openClientTls(
  configs: readonly ClientTlsConfig[],
  readFile: (path: string) => string,
): (componentId: string) => FindClientTls {
  const opened = configs.map((config) => ({ ...config, tls: openOne(config, readFile) }));
  return (componentId) => {
    const own = opened.filter(({ componentIds }) => componentIds.includes(componentId));
    return (hostname) => own.find(({ hosts }) => hosts.some((host) => matches(host, hostname)))?.tls;
  };
}

function openOne(config: ClientTlsConfig, readFile: (path: string) => string): ClientTls {
  const { rootsFile, client, hasDefaultRoots } = config;
  const ca = rootsFile === undefined ? [] : splitCertificates(readFile(rootsFile));
  if (rootsFile !== undefined && ca.length === 0) throw new Error(`${rootsFile} has no certificate (client_tls)`);
  return {
    ca: ca.length === 0 && hasDefaultRoots ? undefined : ca,
    cert: client && readFile(client.certificateFile),
    key: client && readFile(client.keyFile),
    hasDefaultRoots,
  };
}

function matches(pattern: string, hostname: string): boolean {
  return pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : pattern === hostname;
}
