// HTTPS for everything that this host calls. It is loaded when it is first needed, because TLS takes 3 MB; then it trusts what the
// container trusts, beside Node's own root certificates.

import { getBuiltinModule } from 'node:process';

/** Loads `node:https`. */
export type LoadHttps = () => typeof import('node:https');

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Creates the loader. `readRoots` gives texts with certificates; one that is malformed is for `warn`. */
export function createHttpsLoader(readRoots: () => readonly string[], warn: (line: string) => void): LoadHttps {
  let https: typeof import('node:https') | undefined;
  return () => {
    if (https) return https;
    https = getBuiltinModule('node:https');
    const roots = readRoots().flatMap(splitCertificates);
    if (roots.length > 0) trust(roots, warn);
    return https;
  };
}

/** The certificates in a text, each by itself. */
export function splitCertificates(text: string): string[] {
  return text.match(CERTIFICATE) ?? [];
}

function trust(roots: readonly string[], warn: (line: string) => void): void {
  const { getCACertificates, setDefaultCACertificates } = getBuiltinModule('node:tls');
  try {
    setDefaultCACertificates([...getCACertificates('bundled'), ...roots]);
  } catch (error) {
    warn(`Warning: the container's root certificates cannot be used: ${(error as Error).message}`);
  }
}
