// Where containerd wants a process's standard streams, as the stdin, stdout and stderr fields of its requests say it.
// https://github.com/containerd/containerd/blob/main/core/runtime/v2/README.md#io

import { Code, StatusError } from '../ttrpc/status.ts';

/** One end of a standard stream. */
export type Endpoint =
  | { readonly kind: 'none' }
  | { readonly kind: 'fifo'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | LoggerEndpoint;

/** A program that takes the output of a process. */
export type LoggerEndpoint = {
  readonly kind: 'logger';
  readonly path: string;
  readonly args: readonly string[];
  /** Whether it must write a byte to say that it is ready; older ones may just close the descriptor. */
  readonly mustConfirm: boolean;
};

/** Parses one stdio field. Throws UNIMPLEMENTED on a scheme that is not known, INVALID_ARGUMENT on a malformed value. */
export function parseEndpoint(value: string): Endpoint {
  if (value === '') return { kind: 'none' };
  if (!value.includes('://')) return { kind: 'fifo', path: value };
  const url = parseUrl(value);
  switch (url.protocol) {
    case 'fifo:':
      return { kind: 'fifo', path: pathOf(url) };
    case 'file:':
      return { kind: 'file', path: pathOf(url) };
    case 'binary:':
    case 'binary-v2:':
      return { kind: 'logger', path: pathOf(url), args: argumentsOf(url), mustConfirm: url.protocol === 'binary-v2:' };
    default:
      throw new StatusError(Code.UNIMPLEMENTED, `cannot use "${value}" for standard I/O: unknown scheme`);
  }
}

function parseUrl(value: string): URL {
  const url = URL.parse(value);
  if (url === null) throw new StatusError(Code.INVALID_ARGUMENT, `cannot use "${value}" for standard I/O: not a URI`);
  return url;
}

function pathOf(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  if (/^\/./.test(path)) return path;
  throw new StatusError(Code.INVALID_ARGUMENT, `cannot use "${url.href}" for standard I/O: it has no path`);
}

// A key without a value is an argument alone; a key with a value is two.
function argumentsOf(url: URL): string[] {
  return [...url.searchParams].flatMap(([key, value]) => (value === '' ? [key] : [key, value]));
}
