// One pass over a request's header lines: what the guest will see of them, and what the host must know.

import { isHopByHop } from '../../wasi/http/fields.ts';
import { isInternalHost } from './request-target.ts';
import { isSpinHeader } from './spin-headers.ts';

/** The headers of a request. */
export type RequestHead = {
  /** Flat list of names in lower case and values, in order, without those of the connection and those only the host may set. */
  readonly headers: string[];
  /** The first Host header; one that claims to be of an app's own component is none, and no guest sees it. */
  readonly host: string | undefined;
  readonly hasBody: boolean;
};

/** Reads `rawHeaders` of node:http. */
export function createRequestHead(raw: readonly string[]): RequestHead {
  const headers: string[] = [];
  let host: string | undefined;
  let hasBody = false;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    const value = raw[index + 1] as string;
    if (name === 'host' && isInternalHost(value)) continue;
    if (name === 'host') host ??= value;
    else if (name === 'content-length') hasBody ||= value !== '0';
    else if (name === 'transfer-encoding') hasBody = true;
    if (!isHopByHop(name) && !isSpinHeader(name)) headers.push(name, value);
  }
  return { headers, host, hasBody };
}
