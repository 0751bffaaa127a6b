// Converts entries of the deprecated `allowed_http_hosts` to entries of `allowed_outbound_hosts`.

/** The entries that mean the same, or undefined where the entry has a path, which neither list allows. */
export function convertAllowedHttpHost(entry: string): string[] | undefined {
  if (entry === 'insecure:allow-all') return ['http://*:*', 'https://*:*', 'http://self'];
  if (entry === 'self') return ['http://self'];
  const host = entry.replace(/^[A-Za-z]+:\/\//, '').replace(/\/$/, '');
  if (host === '' || host.includes('/')) return undefined;
  if (entry.includes('://')) return [entry];
  return [`http://${host}`, `https://${host}`];
}
