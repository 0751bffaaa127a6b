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

/** Clients mostly name one host, again and again. */
let lastExternalHost = '';

/** Tells whether a Host header claims that the request comes from within an app. */
export function isInternalHost(host: string): boolean {
  if (host === lastExternalHost) return false;
  const isInternal = INTERNAL_HOST.test(host);
  if (!isInternal) lastExternalHost = host;
  return isInternal;
}

/**
 * Parses the target of a request. `host` is the Host header, if any; one that claims to be the app itself does not count. Returns nothing
 * when there is no authority, or when header and target name two.
 */
export function parseRequestTarget(target: string, host: string | undefined): RequestTarget | undefined {
  const named = host === undefined || host === '' || isInternalHost(host) ? undefined : host;
  const absolute = target.startsWith('/') ? null : /^https?:\/\/([^/?#]+)([^#]*)/i.exec(target);
  if (absolute === null && !target.startsWith('/') && target !== '*') return undefined;
  const authority = absolute?.[1] ?? named;
  if (authority === undefined || (named !== undefined && named !== authority)) return undefined;
  const rest = absolute ? (absolute[2] ?? '') : target;
  const pathWithQuery = decodeUtf8(rest.startsWith('/') || rest === '*' ? rest : `/${rest}`);
  const query = pathWithQuery.indexOf('?');
  return { authority, path: query === -1 ? pathWithQuery : pathWithQuery.slice(0, query), pathWithQuery };
}
