// `SPIN_HTTP_LISTEN_ADDR`: where the app listens inside the pod.

/** Where to listen. */
export type ListenAddress = { readonly hostname: string; readonly port: number };

/** The environment variable that names the address. */
export const LISTEN_ADDRESS_VARIABLE = 'SPIN_HTTP_LISTEN_ADDR';

const DEFAULT_ADDRESS = '0.0.0.0:80';

/** Parses `host:port`, an IPv6 address in brackets. Throws an `Error` that quotes what cannot be used, and names the variable that it came from. */
export function parseListenAddress(text = DEFAULT_ADDRESS, variable = LISTEN_ADDRESS_VARIABLE): ListenAddress {
  const [, hostname, port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text) ?? [];
  if (hostname === undefined || Number(port) > 65_535) {
    throw new Error(`cannot listen on ${variable}=${JSON.stringify(text)}: it is not <host>:<port>`);
  }
  return { hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/** Formats an address as it stands in a URL. */
export function formatListenAddress({ hostname, port }: ListenAddress): string {
  return hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
