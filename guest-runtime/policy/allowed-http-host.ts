// Converts entries of the deprecated `allowed_http_hosts` to entries of `allowed_outbound_hosts`.

/** A scheme, which says nothing, a host, and perhaps a port. */
const ENTRY = /^(?:(https?):\/\/)?(\[[^\]/]*\]|[^/:?#@[\]]+)(?::(\d+))?\/?$/i;

/** Returns the entries that mean the same, or undefined where the entry is no host, such as one with a path, which neither list allows. */
export function convertAllowedHttpHost(entry: string): string[] | undefined {
  if (entry === 'insecure:allow-all') return ['http://*:*', 'https://*:*', 'http://self'];
  const [, scheme = 'http', host, port] = ENTRY.exec(entry) ?? [];
  if (host === undefined) return undefined;
  if (host === 'self') return ['http://self'];
  // As in Spin, the port that is the scheme's own stands for that of either scheme.
  const isDefault = port === undefined || port === (scheme.toLowerCase() === 'http' ? '80' : '443');
  const authority = isDefault ? host : `${host}:${port}`;
  return [`http://${authority}`, `https://${authority}`];
}
