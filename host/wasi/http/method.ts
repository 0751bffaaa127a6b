// wasi:http/types.method and scheme@0.2, and their text on the wire.

/** `wasi:http/types.method`. */
export type Method =
  | { readonly tag: 'get' | 'head' | 'post' | 'put' | 'delete' | 'connect' | 'options' | 'trace' | 'patch' }
  | { readonly tag: 'other'; readonly val: string };

/** `wasi:http/types.scheme`. */
export type Scheme = { readonly tag: 'HTTP' | 'HTTPS' } | { readonly tag: 'other'; readonly val: string };

const methods: Readonly<Record<string, Method>> = Object.fromEntries(
  (['get', 'head', 'post', 'put', 'delete', 'connect', 'options', 'trace', 'patch'] as const).map((tag) => [
    tag.toUpperCase(),
    Object.freeze({ tag }),
  ]),
);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Parses a method as it stands in a request line. */
export function parseMethod(text: string): Method {
  return methods[text] ?? { tag: 'other', val: text };
}

/** Formats a method for a request line. Returns nothing when it is no token. */
export function formatMethod(method: Method): string | undefined {
  if (method.tag !== 'other') return method.tag.toUpperCase();
  return TOKEN.test(method.val) ? method.val : undefined;
}

/** Formats a scheme as it stands in a URL. */
export function formatScheme(scheme: Scheme): string {
  return scheme.tag === 'other' ? scheme.val.toLowerCase() : scheme.tag.toLowerCase();
}
