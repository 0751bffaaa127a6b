// Checks the sections about outbound connections.

import type { TableReader } from '../../../guest-runtime/manifest/reader.ts';
import { parseIpNetwork } from '../../../guest-runtime/policy/ip-network.ts';

/** What may be limited, by the section of the capability. */
const LIMITS: Readonly<Record<string, readonly string[]>> = {
  outbound_redis: ['max_connections'],
  outbound_pg: ['max_connections'],
  outbound_mysql: ['max_connections'],
  outbound_mqtt: ['max_connections', 'max_payload_size_bytes'],
};

/** Checks all of them. */
export function checkNetworking(root: TableReader): void {
  checkOutboundHttp(root.child('outbound_http'));
  checkOutboundNetworking(root.child('outbound_networking'));
  for (const item of root.items('client_tls')) checkClientTls(root.open(item));
  for (const [section, limits] of Object.entries(LIMITS)) {
    const table = root.child(section);
    for (const limit of limits) table?.count(limit);
    finishWithoutEffect(table, section);
  }
}

function checkOutboundHttp(table: TableReader | undefined): void {
  table?.boolean('connection_pooling');
  table?.count('max_concurrent_requests');
  table?.count('max_connections');
  finishWithoutEffect(table, 'outbound_http');
}

function checkOutboundNetworking(table: TableReader | undefined): void {
  for (const network of table?.strings('block_networks') ?? []) {
    if (network.value === 'private' || parseIpNetwork(network.value)) continue;
    const fix = 'write a network such as `10.0.0.0/8`, or `private`';
    table?.diagnostics.error(network, `${JSON.stringify(network.value)} is not a network`, fix);
  }
  table?.count('max_socket_connections');
  table?.count('max_total_connections');
  finishWithoutEffect(table, 'outbound_networking');
}

function checkClientTls(table: TableReader | undefined): void {
  for (const name of ['component_ids', 'hosts']) {
    const list = table?.required(name);
    if (list?.type === 'array' && list.items.length === 0) {
      table?.diagnostics.error(list, `\`${name}\` is empty`, 'name one, or remove the table');
    }
    table?.strings(name);
  }
  for (const name of ['ca_use_webpki_roots', 'ca_use_platform_roots']) table?.boolean(name);
  for (const name of ['ca_roots_file', 'client_cert_file', 'client_private_key_file']) table?.string(name);
  const pair = ['client_cert_file', 'client_private_key_file'].filter((name) => table?.has(name));
  if (table && pair.length === 1) {
    const message = `\`${pair[0]}\` is there alone`;
    table.diagnostics.error(table.place(pair[0] ?? ''), message, 'a certificate and its key come together');
  }
  finishWithoutEffect(table, 'client_tls');
}

function finishWithoutEffect(table: TableReader | undefined, section: string): void {
  table?.finish();
  table?.diagnostics.warning(table.table, `\`${section}\` has no effect yet`);
}
