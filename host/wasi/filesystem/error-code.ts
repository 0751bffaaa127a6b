// wasi:filesystem/types.error-code@0.2, and the one way from an errno to it.

/** `wasi:filesystem/types.error-code`: those cases that a read-only filesystem can give. */
export type ErrorCode =
  | 'access'
  | 'bad-descriptor'
  | 'busy'
  | 'illegal-byte-sequence'
  | 'invalid'
  | 'io'
  | 'is-directory'
  | 'loop'
  | 'name-too-long'
  | 'no-entry'
  | 'insufficient-memory'
  | 'not-directory'
  | 'not-permitted'
  | 'overflow'
  | 'read-only'
  | 'unsupported';

const errorCodes: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'access',
  EBADF: 'bad-descriptor',
  EBUSY: 'busy',
  EILSEQ: 'illegal-byte-sequence',
  EINVAL: 'invalid',
  EISDIR: 'is-directory',
  ELOOP: 'loop',
  ENAMETOOLONG: 'name-too-long',
  ENOENT: 'no-entry',
  ENOMEM: 'insufficient-memory',
  ENOTDIR: 'not-directory',
  ENOTSUP: 'unsupported',
  EOVERFLOW: 'overflow',
  EPERM: 'not-permitted',
  EROFS: 'read-only',
};

/** Converts an error of the file system (`code` such as `ENOENT`) to the guest's error code; `io` for any other. */
export function errorCodeFromErrno(error: unknown): ErrorCode {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return errorCodes[code] ?? 'io';
}
