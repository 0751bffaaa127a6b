// The request line's target and the Host header, made into what a guest sees (RFC 9112 section 3.2).

import { decodeUtf8 } from '../../wasi/latin1.ts';

/** Where a request goes. */
export type RequestTarget = {
  readonly authority: string;
  /** Raw: not decoded, without the query. */
  readonly path: string;
  readonly pathWithQuery: string;
};

/** Names that only the app itself uses for its components. */
const INTERNAL_HOST = /\.spin\.internal(?::\d+)?$/i;

/** https://www.rfc-editor.org/rfc/rfc9110#section-7.2: a name or address, and perhaps a port. Whoever names a user here misleads. */
const AUTHORITY = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/** The authority of the last request is mostly that of the next one. */
let knownGood = '';

/** Tells whether a Host header claims that the request comes from within an app. */
export function isInternalHost(host: string): boolean {
  return host !== knownGood && INTERNAL_HOST.test(host);
}

/**
 * Parses the target of a request. `host` is the Host header, if any; one that claims to be the app itself does not count. Returns nothing
 * when there is no authority, or none that can be one, or when header and target name two. A fragment is left out.
 */
export function parseRequestTarget(target: string, host: string | undefined): RequestTarget | undefined {
  const named = host === undefined || host === '' || isInternalHost(host) ? undefined : host;
  const absolute = target.startsWith('/') ? null : /^https?:\/\/([^/?#]+)([^#]*)/i.exec(target);
  if (absolute === null && !target.startsWith('/') && target !== '*') return undefined;
  const authority = absolute?.[1] ?? named;
  if (authority === undefined || !isAuthority(authority)) return undefined;
  if (named !== undefined && named !== authority && named.toLowerCase() !== authority.toLowerCase()) return undefined;
  const rest = absolute ? (absolute[2] ?? '') : withoutFragment(target);
  const pathWithQuery = decodeUtf8(rest.startsWith('/') || rest === '*' ? rest : `/${rest}`);
  const query = pathWithQuery.indexOf('?');
  return { authority, path: query === -1 ? pathWithQuery : pathWithQuery.slice(0, query), pathWithQuery };
}

function isAuthority(text: string): boolean {
  if (text === knownGood) return true;
  if (!AUTHORITY.test(text) || isInternalHost(text)) return false;
  knownGood = text;
  return true;
}

function withoutFragment(target: string): string {
  const hash = target.indexOf('#');
  return hash === -1 ? target : target.slice(0, hash);
}
