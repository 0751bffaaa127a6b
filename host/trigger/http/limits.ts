// What clients may take of the HTTP server, by the container's environment. Zero is without limit.

import { readNumberSetting } from '../../number-setting.ts';

/** The environment variables and their defaults, in bytes, seconds or a number of connections. */
const LIMITS = {
  headBytes: { name: 'SPIN_HTTP_MAX_HEAD_BYTES', default: 0x2_0000 },
  bodyBytes: { name: 'SPIN_HTTP_MAX_BODY_BYTES', default: 0 },
  connections: { name: 'SPIN_HTTP_MAX_CONNECTIONS', default: 10_000 },
  headSeconds: { name: 'SPIN_HTTP_HEAD_TIMEOUT_SECONDS', default: 60 },
  idleSeconds: { name: 'SPIN_HTTP_BODY_IDLE_TIMEOUT_SECONDS', default: 600 },
  keepAliveSeconds: { name: 'SPIN_HTTP_KEEP_ALIVE_TIMEOUT_SECONDS', default: 620 },
  requestSeconds: { name: 'SPIN_HTTP_REQUEST_TIMEOUT_SECONDS', default: 0 },
} as const;

/** Limits of one server. `Infinity` where there is none. */
export type HttpLimits = {
  /** The most bytes of a request's head. */
  readonly headBytes: number;
  /** The most bytes of a request's body. */
  readonly bodyBytes: number;
  /** The most connections at a time. */
  readonly connections: number;
  /** How long a client may take to send a head. */
  readonly headSeconds: number;
  /** How long nothing may move of a body that somebody waits for, either way. */
  readonly idleSeconds: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveSeconds: number;
  /** How long a request may take from its head to the end of its answer. */
  readonly requestSeconds: number;
};

/** Reads the limits. Throws an `Error` that names the variable whose value is no number. */
export function httpLimitsOf(environment: Readonly<Record<string, string>>): HttpLimits {
  const limits = Object.entries(LIMITS).map(([key, { name, default: usual }]) => {
    const value = readNumberSetting(environment, name) ?? usual;
    return [key, value === 0 ? Number.POSITIVE_INFINITY : value];
  });
  return Object.fromEntries(limits) as HttpLimits;
}
