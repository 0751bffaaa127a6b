// Compares a destination with the rules of `allowed_outbound_hosts`. Mechanical: what the rules mean was decided in the plan.

import { type IpNetwork, parseIpv4, parseIpv6 } from '../../../guest-runtime/policy/ip-network.ts';
import type { HostPattern, HostRule, PortPattern } from '../../gen/runtime.ts';

/** Where a guest wants to connect to. */
export type Destination = {
  /** Lower case, such as `https`. */
  readonly scheme: string;
  /** Lower case name or address without brackets; `self` for the app itself. */
  readonly host: string;
  readonly port: number;
};

/** The host of a destination that is the app itself. */
export const SELF = 'self';

/** Tells whether one of the rules admits the destination. A request to the app itself has no port to compare. */
export function isAllowed(rules: readonly HostRule[], destination: Destination): boolean {
  return rules.some(
    (rule) =>
      (rule.scheme === undefined || rule.scheme === destination.scheme) &&
      matchesHost(rule.host, destination.host) &&
      (destination.host === SELF || matchesPort(rule.port, destination.port)),
  );
}

function matchesHost(pattern: HostPattern, host: string): boolean {
  switch (pattern.tag) {
    case 'any':
      return true;
    case 'self-host':
      return host === SELF;
    case 'exact':
      return host !== SELF && pattern.val === host;
    case 'subdomain':
      return host.endsWith(`.${pattern.val}`);
    case 'cidr':
      return isHostInNetwork({ address: pattern.val[0], prefixLength: pattern.val[1] }, host);
  }
}

function matchesPort(pattern: PortPattern, port: number): boolean {
  switch (pattern.tag) {
    case 'any':
      return true;
    case 'exact':
      return pattern.val === port;
    case 'range':
      return pattern.val[0] <= port && port < pattern.val[1];
  }
}

function isHostInNetwork(network: IpNetwork, host: string): boolean {
  const address = parseIpv4(host) ?? parseIpv6(host);
  return address !== undefined && isInNetwork(network, address);
}

/** Whether a network has an address of these bytes. */
export function isInNetwork({ address: network, prefixLength }: IpNetwork, address: Uint8Array): boolean {
  if (address.length !== network.length) return false;
  for (let bit = 0; bit < prefixLength; bit++) {
    const mask = 0x80 >> (bit & 7);
    if (((address[bit >> 3] ?? 0) & mask) !== ((network[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}
