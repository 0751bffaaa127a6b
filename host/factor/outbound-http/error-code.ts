// The one way from what node:http, node:net and node:tls report to `wasi:http/types.error-code`.

import type { ErrorCode } from '../../wasi/http/error-code.ts';

/** An error of our own making: a time limit of the request options has passed. */
export class OutboundTimeout extends Error {
  readonly code: 'CONNECT_TIMEOUT' | 'READ_TIMEOUT';

  constructor(code: 'CONNECT_TIMEOUT' | 'READ_TIMEOUT') {
    super(code);
    this.code = code;
  }
}

/** An error of our own making: all addresses of a name are blocked. */
export class BlockedAddress extends Error {
  readonly code = 'BLOCKED_ADDRESS';
}

const errorCodes: Readonly<Record<string, ErrorCode>> = {
  BLOCKED_ADDRESS: { tag: 'destination-IP-prohibited' },
  CONNECT_TIMEOUT: { tag: 'connection-timeout' },
  READ_TIMEOUT: { tag: 'connection-read-timeout' },
  ETIMEDOUT: { tag: 'connection-timeout' },
  ECONNREFUSED: { tag: 'connection-refused' },
  EHOSTUNREACH: { tag: 'connection-refused' },
  ENETUNREACH: { tag: 'connection-refused' },
  EADDRNOTAVAIL: { tag: 'connection-refused' },
  EACCES: { tag: 'connection-refused' },
  ENOTFOUND: { tag: 'DNS-error', val: { rcode: 'address not available', infoCode: 0 } },
  EAI_AGAIN: { tag: 'DNS-error', val: { rcode: 'address not available', infoCode: 0 } },
  EPROTO: { tag: 'TLS-protocol-error' },
};

/** OpenSSL's and Node's names for a certificate that is not good (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const TLS_ERROR =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_PURPOSE|HOSTNAME_MISMATCH)/;

/** Converts what broke an outbound request off. */
export function errorCodeFromNetwork(error: unknown): ErrorCode {
  const code = codeOf(error);
  const known = errorCodes[code];
  if (known !== undefined) return known;
  return { tag: TLS_ERROR.test(code) ? 'TLS-protocol-error' : 'HTTP-protocol-error' };
}

/** Several addresses tried at once fail with an `AggregateError` that carries the code of the first. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
