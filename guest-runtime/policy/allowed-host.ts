// Parses an entry of `allowed_outbound_hosts`, `<scheme>://<host>[:<port>]`, to a rule that the host only has to compare
// (https://spinframework.dev/http-outbound#granting-http-permissions-to-components).

import type { HostPattern, HostRule, PortPattern } from '../../host/gen/runtime.ts';
import { parseIpNetwork, parseIpv6 } from './ip-network.ts';

/** An entry that is no rule: `message` says why, `fix` how to mend it. */
export type HostProblem = { readonly message: string; readonly fix?: string };

/** The ports that a scheme has when an entry names none. */
const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
  ['postgres', 5432],
  ['mysql', 3306],
  ['redis', 6379],
  ['mqtt', 1883],
]);

const FORM = 'write `<scheme>://<host>[:<port>]`, such as `https://example.com`; each part may be `*`';

/** Parses one entry without variables. */
export function parseAllowedHost(entry: string): HostRule | HostProblem {
  const text = entry.trim();
  if (text === 'insecure:allow-all') {
    return {
      message: '`insecure:allow-all` is not allowed',
      fix: 'write `*://*:*` to allow every outbound connection',
    };
  }
  const [, schemeText, rest] = /^(.*?):\/\/(.*)$/s.exec(text) ?? [];
  if (schemeText === undefined || rest === undefined)
    return { message: `${JSON.stringify(text)} has no scheme`, fix: FORM };
  const authority = splitAuthority(rest);
  if ('message' in authority) return { ...authority, message: `${JSON.stringify(text)} ${authority.message}` };
  const problem = checkScheme(schemeText);
  if (problem) return problem;
  const host = parseHost(authority.host);
  if ('message' in host) return host;
  const port = parsePort(authority.port, schemeText);
  if ('message' in port) return port;
  return { scheme: schemeText === '*' ? undefined : schemeText, host, port };
}

// What may follow the scheme. A network has a slash and perhaps colons of its own, and so has an address in brackets.
const NETWORK = /^([0-9A-Fa-f:.]+\/\d+)(?::([^/]*))?(?:\/(.*))?$/s;
const BRACKETS = /^(\[[^\]]*\](?:\/\d+)?)(?::([^/]*))?(?:\/(.*))?$/s;
const NAME = /^([^/:[\]]+)(?::([^/]*))?(?:\/(.*))?$/s;

function splitAuthority(rest: string): { host: string; port: string | undefined } | HostProblem {
  const network = NETWORK.exec(rest);
  const isNetwork = network?.[1] !== undefined && parseIpNetwork(network[1]) !== undefined;
  const [, host, port, path] = (isNetwork ? network : (BRACKETS.exec(rest) ?? NAME.exec(rest))) ?? [];
  if (host === undefined) return { message: 'has no host, or a malformed one', fix: FORM };
  if (path) return { message: 'has a path but is not allowed to', fix: 'remove the path' };
  return { host, port };
}

function checkScheme(scheme: string): HostProblem | undefined {
  if (scheme === '*') return undefined;
  if (scheme.startsWith('{'))
    return { message: 'scheme lists are not supported', fix: 'write one entry for each scheme' };
  if (/^[A-Za-z]+$/.test(scheme)) return undefined;
  return { message: `scheme ${JSON.stringify(scheme)} contains a character that is not a letter`, fix: FORM };
}

function parseHost(text: string): HostPattern | HostProblem {
  const host = text.trim().toLowerCase();
  if (host === '*') return { tag: 'any' };
  if (host === 'self' || host === 'self.alt') return { tag: 'self-host' };
  if (host.startsWith('{')) return { message: 'host lists are not supported', fix: 'write one entry for each host' };
  const network = parseIpNetwork(host);
  if (network) return { tag: 'cidr', val: [network.address, network.prefixLength] };
  if (host.includes('/')) return { message: `${JSON.stringify(text)} is neither a host nor an IP network` };
  if (host.startsWith('*.') && !host.slice(2).includes('*')) return { tag: 'subdomain', val: host.slice(2) };
  if (host.includes('*')) {
    return {
      message: `host ${JSON.stringify(text)} has a wildcard in its middle`,
      fix: 'write `*` or `*.example.com`',
    };
  }
  if (!host.startsWith('[')) return { tag: 'exact', val: host };
  const address = host.slice(1, -1);
  if (parseIpv6(address)) return { tag: 'exact', val: address };
  return { message: `${JSON.stringify(address)} is not an IPv6 address` };
}

function parsePort(text: string | undefined, scheme: string): PortPattern | HostProblem {
  if (text === undefined || text === '') {
    const port = DEFAULT_PORTS.get(scheme);
    if (port !== undefined) return { tag: 'exact', val: port };
    return { message: `scheme ${JSON.stringify(scheme)} has no default port`, fix: 'add a port, or `:*` for any' };
  }
  if (text === '*') return { tag: 'any' };
  if (text.startsWith('{')) return { message: 'port lists are not supported', fix: 'write one entry for each port' };
  const [, first, last] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  if (first === undefined || Number(first) > 65535 || Number(last ?? 0) > 65535) {
    return {
      message: `port ${JSON.stringify(text)} is not a port`,
      fix: 'write a number up to 65535, `first..end`, or `*`',
    };
  }
  if (last === undefined) return { tag: 'exact', val: Number(first) };
  return { tag: 'range', val: [Number(first), Number(last)] };
}
