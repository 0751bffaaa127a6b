// Compares addresses with the networks that a pod's owner blocks. Of the addresses that are not of the whole internet, those of the
// registries of special purposes count (https://www.iana.org/assignments/iana-ipv4-special-registry,
// https://www.iana.org/assignments/iana-ipv6-special-registry).

import { type IpNetwork, parseIpNetwork, parseIpv4, parseIpv6 } from '../../../guest-runtime/policy/ip-network.ts';
import type { BlockedNetworksConfig } from '../runtime-config/networking.ts';
import { isInNetwork } from './permission.ts';

const PRIVATE_NETWORKS: readonly string[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['::/127', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '5f00::/16'],
  ...['fc00::/7', 'fe80::/10', 'ff00::/8'],
];

/** What an IPv6 address starts with that stands for one of IPv4 (RFC 4291 section 2.5.5), and the older form of it. */
const IPV4_PREFIXES: readonly IpNetwork[] = networksOf(['::ffff:0:0/96', '::/96']);

/** Returns what tells whether an address is blocked; null when none is. */
export function createBlock({ networks, hasPrivate }: BlockedNetworksConfig): ((address: string) => boolean) | null {
  const all = [...networks, ...(hasPrivate ? networksOf(PRIVATE_NETWORKS) : [])];
  if (all.length === 0) return null;
  const isBlocked = (address: Uint8Array): boolean => {
    if (all.some((network) => isInNetwork(network, address))) return true;
    return IPV4_PREFIXES.some((prefix) => isInNetwork(prefix, address)) && isBlocked(address.subarray(12));
  };
  return (text) => {
    const address = parseIpv4(text) ?? parseIpv6(text);
    return address !== undefined && isBlocked(address);
  };
}

function networksOf(texts: readonly string[]): IpNetwork[] {
  return texts.flatMap((text) => parseIpNetwork(text) ?? []);
}
