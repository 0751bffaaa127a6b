// wasi:http/types.error-code@0.2: the cases this host gives.

/** `wasi:http/types.error-code`. */
export type ErrorCode =
  | { readonly tag: 'DNS-timeout' }
  | { readonly tag: 'DNS-error'; readonly val: { readonly rcode?: string; readonly infoCode?: number } }
  | { readonly tag: 'destination-not-found' }
  | { readonly tag: 'destination-IP-prohibited' }
  | { readonly tag: 'connection-limit-reached' }
  | { readonly tag: 'connection-refused' }
  | { readonly tag: 'connection-terminated' }
  | { readonly tag: 'connection-timeout' }
  | { readonly tag: 'connection-read-timeout' }
  | { readonly tag: 'TLS-protocol-error' }
  | { readonly tag: 'HTTP-request-denied' }
  | { readonly tag: 'HTTP-request-body-size'; readonly val: bigint | undefined }
  | { readonly tag: 'HTTP-request-method-invalid' }
  | { readonly tag: 'HTTP-request-URI-invalid' }
  | { readonly tag: 'HTTP-response-incomplete' }
  | { readonly tag: 'HTTP-response-body-size'; readonly val: bigint | undefined }
  | { readonly tag: 'HTTP-protocol-error' }
  | { readonly tag: 'loop-detected' }
  | { readonly tag: 'internal-error'; readonly val: string | undefined };
