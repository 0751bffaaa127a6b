// A server on a free port whose exchanges a test answers.

import * as assert from 'uvu/assert';
import { until } from '../../../testing/until.ts';
import type { Exchange } from '../exchange.ts';
import { type HttpLimits, httpLimitsOf } from '../limits.ts';
import { type HttpServer, listenHttp } from '../server.ts';

/** Answers an exchange. */
export type Respond = (exchange: Exchange) => void | Promise<void>;

/** What a test's server is. */
export type TestServer = { readonly server: HttpServer; readonly port: number; readonly logged: readonly string[] };

/** Runs `use` with a server, and sees that no connection is left after it. */
export async function serving(
  respond: Respond,
  use: (served: TestServer) => Promise<void>,
  limits: Partial<HttpLimits> = {},
): Promise<void> {
  const logged: string[] = [];
  const dispatch = async (exchange: Exchange) => respond(exchange);
  const server = await listenHttp({ hostname: '127.0.0.1', port: 0 }, dispatch, {
    limits: { ...httpLimitsOf({}), ...limits },
    log: (line) => logged.push(line),
    sweepMs: 20,
  });
  try {
    await use({ server, port: server.address.port, logged });
    await until('no connection', () => server.connectionCount === 0);
    assert.is(server.connectionCount, 0);
  } finally {
    server.close();
    await server.drain();
  }
}

/** Resolves in the next turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
