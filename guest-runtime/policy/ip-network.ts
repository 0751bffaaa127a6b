// Parses IP networks such as `10.0.0.0/8` and `2001:db8::/32` (RFC 4632 section 3.1, RFC 4291 section 2.3) to bytes.

/** The network's address, 4 or 16 bytes with the host bits zero, and the length of its prefix in bits. */
export type IpNetwork = { readonly address: Uint8Array; readonly prefixLength: number };

/** Parses a network and clears its host bits; undefined for anything else, an address without a prefix among them. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [, host, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  if (host === undefined || prefix === undefined) return undefined;
  const address = parseIpv4(host) ?? parseIpv6(host.replace(/^\[(.*)\]$/, '$1'));
  const prefixLength = Number(prefix);
  if (!address || prefixLength > address.length * 8) return undefined;
  return { address: address.map((byte, index) => byte & maskOf(prefixLength - index * 8)), prefixLength };
}

/** The bytes of a dotted IPv4 address; undefined for anything else. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}

/** The bytes of an IPv6 address without brackets and zone; undefined for anything else. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  // `::` stands for at least one group of zeros; without it all eight groups must be there.
  if (tail ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])]);
}

/** The bytes of groups joined by `:`; the last group of an address may be a dotted IPv4 address. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const ipv4 = isLast && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4) {
      bytes.push(...ipv4);
      continue;
    }
    if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 0xff);
  }
  return bytes;
}

/** The mask of a byte of which the first `bits` belong to the network. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 8 ? 0xff : 0xff & (0xff << (8 - bits));
}
