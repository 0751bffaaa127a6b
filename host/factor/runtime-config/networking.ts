// Reads the sections about outbound connections (https://spinframework.dev/dynamic-configuration).

import type { TableReader } from '../../../guest-runtime/manifest/reader.ts';
import { type IpNetwork, parseIpNetwork } from '../../../guest-runtime/policy/ip-network.ts';

/** How outbound requests of HTTP are sent. */
export type OutboundHttpConfig = {
  /** Whether a connection is kept for the next request. */
  readonly hasPooling: boolean;
  /** The most requests under way at a time; undefined without limit. */
  readonly maxRequests: number | undefined;
};

/** Where nobody may connect to, whatever the manifest allows. */
export type BlockedNetworksConfig = {
  readonly networks: readonly IpNetwork[];
  /** Whether every address is blocked that is not of the whole internet. */
  readonly hasPrivate: boolean;
};

/** How some components prove themselves to some hosts, and whom they trust. */
export type ClientTlsConfig = {
  readonly componentIds: readonly string[];
  /** Names; `*.example.com` is every subdomain. */
  readonly hosts: readonly string[];
  /** Whether the certificates count that every component trusts. */
  readonly hasDefaultRoots: boolean;
  /** Paths relative to the configuration's folder. */
  readonly rootsFile: string | undefined;
  readonly client: { readonly certificateFile: string; readonly keyFile: string } | undefined;
};

/** All of it. */
export type NetworkingConfig = {
  readonly http: OutboundHttpConfig;
  readonly blocked: BlockedNetworksConfig;
  readonly clientTls: readonly ClientTlsConfig[];
};

/** What may be limited of capabilities that this host does not offer yet. */
const LIMITS: Readonly<Record<string, readonly string[]>> = {
  outbound_redis: ['max_connections'],
  outbound_pg: ['max_connections'],
  outbound_mysql: ['max_connections'],
  outbound_mqtt: ['max_connections', 'max_payload_size_bytes'],
};

/** Reads all sections. */
export function readNetworking(root: TableReader): NetworkingConfig {
  const config = {
    http: readOutboundHttp(root.child('outbound_http')),
    blocked: readOutboundNetworking(root.child('outbound_networking')),
    clientTls: root.items('client_tls').flatMap((item) => {
      const table = root.open(item);
      return table ? readClientTls(table) : [];
    }),
  };
  for (const [section, limits] of Object.entries(LIMITS)) {
    const table = root.child(section);
    for (const limit of limits) table?.count(limit);
    table?.finish();
    table?.diagnostics.warning(table.table, `\`${section}\` has no effect yet`);
  }
  return config;
}

function readOutboundHttp(table: TableReader | undefined): OutboundHttpConfig {
  if (!table) return { hasPooling: true, maxRequests: undefined };
  // As in the original, the table without the field turns pooling off.
  const hasPooling = table.boolean('connection_pooling')?.value ?? false;
  const maxConnections = table.count('max_connections');
  const maxRequests = table.count('max_concurrent_requests');
  if (maxConnections !== undefined && maxRequests !== undefined) {
    const fix = 'use `max_connections` alone';
    table.diagnostics.error(table.place('max_concurrent_requests'), '`max_connections` is there too', fix);
  }
  table.finish();
  // Of old there was one more request than the number says.
  return { hasPooling, maxRequests: maxConnections ?? (maxRequests === undefined ? undefined : maxRequests + 1) };
}

function readOutboundNetworking(table: TableReader | undefined): BlockedNetworksConfig {
  const names = table?.strings('block_networks') ?? [];
  const networks = names.flatMap((name) => {
    const network = parseIpNetwork(name.value);
    if (network || name.value === 'private') return network ?? [];
    const fix = 'write a network such as `10.0.0.0/8`, or `private`';
    table?.diagnostics.error(name, `${JSON.stringify(name.value)} is not a network`, fix);
    return [];
  });
  for (const name of ['max_socket_connections', 'max_total_connections']) {
    if (table?.count(name) === undefined) continue;
    table.diagnostics.warning(
      table.place(name),
      `\`${name}\` has no effect yet`,
      'use `max_connections` of a capability',
    );
  }
  table?.finish();
  return { networks, hasPrivate: names.some(({ value }) => value === 'private') };
}

function readClientTls(table: TableReader): ClientTlsConfig {
  const rootsFile = table.string('ca_roots_file')?.value;
  const roots = ['ca_use_platform_roots', 'ca_use_webpki_roots'].map((name) => table.boolean(name)?.value);
  const certificateFile = table.string('client_cert_file')?.value;
  const keyFile = table.string('client_private_key_file')?.value;
  const pair = ['client_cert_file', 'client_private_key_file'].filter((name) => table.has(name));
  if (pair.length === 1) {
    const message = `\`${pair[0]}\` is there alone`;
    table.diagnostics.error(table.place(pair[0] ?? ''), message, 'a certificate and its key come together');
  }
  const config = {
    componentIds: requireList(table, 'component_ids'),
    hosts: requireList(table, 'hosts').map((host) => host.toLowerCase()),
    // Roots of one's own take the place of the others, unless these are asked for.
    hasDefaultRoots: roots.every((value) => value === undefined) ? rootsFile === undefined : roots.includes(true),
    rootsFile,
    client: certificateFile !== undefined && keyFile !== undefined ? { certificateFile, keyFile } : undefined,
  };
  table.finish();
  return config;
}

function requireList(table: TableReader, name: string): string[] {
  const list = table.required(name);
  if (list?.type === 'array' && list.items.length === 0) {
    table.diagnostics.error(list, `\`${name}\` is empty`, 'name one, or remove the table');
  }
  return table.strings(name).map(({ value }) => value);
}
