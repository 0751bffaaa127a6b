// A request as the meta-variables of CGI (https://www.rfc-editor.org/rfc/rfc3875#section-4.1) and the further ones of WAGI, which
// are Spin's headers under other names.

import { pairsOf, valuesOf } from '../../wasi/http/field-list.ts';
import type { IncomingRequestHead } from '../../wasi/http/request.ts';
import { decodeUtf8 } from '../../wasi/latin1.ts';
import { isSpinHeader } from './spin-headers.ts';

/** Headers that a program does not see: credentials, and `Proxy`, whose variable many programs take for their own setting. */
const HIDDEN: ReadonlySet<string> = new Set(['authorization', 'proxy']);

/** Creates the variables of a request whose body has `contentLength` bytes. */
export function createCgiVariables(head: IncomingRequestHead, contentLength: number): [string, string][] {
  const list = head.headers.raw();
  const textOf = (name: string) => decodeUtf8(valuesOf(list, name)[0] ?? '');
  const query = head.pathWithQuery.indexOf('?');
  const pathInfo = textOf('spin-path-info');
  const address = textOf('spin-client-addr')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  const defaultPort = textOf('spin-full-url').startsWith('https:') ? '443' : '80';
  const [, host = '', port = defaultPort] = /^(.*?)(?::(\d+))?$/.exec(head.authority) ?? [];
  return [
    ['AUTH_TYPE', ''],
    ['CONTENT_LENGTH', String(contentLength)],
    ['CONTENT_TYPE', textOf('content-type')],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['PATH_TRANSLATED', decodePercents(pathInfo)],
    ['QUERY_STRING', query === -1 ? '' : head.pathWithQuery.slice(query + 1)],
    ['REMOTE_ADDR', address],
    ['REMOTE_HOST', address],
    ['REMOTE_USER', ''],
    ['REQUEST_METHOD', head.method],
    ['SCRIPT_NAME', textOf('spin-matched-route').replace(/\/\.\.\.$/, '')],
    ['SERVER_NAME', host],
    ['SERVER_PORT', port],
    ['SERVER_PROTOCOL', 'HTTP/1.1'],
    ['SERVER_SOFTWARE', 'WAGI/1'],
    ['X_RAW_PATH_INFO', pathInfo],
    ...createHeaderVariables(list),
  ];
}

/** Fields of one name make one variable (section 4.1.18). */
function createHeaderVariables(list: readonly string[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of pairsOf(list)) {
    if (HIDDEN.has(name)) continue;
    const variable = isSpinHeader(name) ? wagiNameOf(name) : `HTTP_${toVariable(name)}`;
    const before = variables.get(variable);
    const text = decodeUtf8(value);
    variables.set(variable, before === undefined ? text : `${before}${name === 'cookie' ? '; ' : ', '}${text}`);
  }
  return variables;
}

/** `spin-path-info` is `PATH_INFO`, `spin-full-url` is `X_FULL_URL`, and so are all the others. */
function wagiNameOf(spinHeader: string): string {
  return spinHeader === 'spin-path-info' ? 'PATH_INFO' : toVariable(spinHeader.replace('spin-', 'x-'));
}

function toVariable(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Decodes what is percent-encoded; what is no UTF-8 then is replaced. */
function decodePercents(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = new TextEncoder().encode(text);
  const raw = String.fromCharCode(...bytes).replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return decodeUtf8(raw);
}
