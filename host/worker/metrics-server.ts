// EDGE: serves a worker's metrics on a port of their own, which is not the app's.

import { createServer, type Server } from 'node:http';
import { cpuUsage, memoryUsage } from 'node:process';
import { parseListenAddress } from '../trigger/http/listen-address.ts';
import { formatMetrics, METRICS_TYPE, METRICS_VARIABLE, type WorkerMetrics } from './metrics.ts';

/** What the worker knows; the process knows the rest. */
export type KnownMetrics = Pick<WorkerMetrics, 'isolations' | 'threads'>;

/** Serves `GET /metrics` there until the process ends. Rejects with an `Error` for the operator when it cannot listen. */
export async function serveMetrics(address: string, read: () => KnownMetrics): Promise<Server> {
  const { hostname, port } = parseListenAddress(address, METRICS_VARIABLE);
  const server = createServer(({ url }, response) => {
    if (url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    const { user, system } = cpuUsage();
    const known = { residentBytes: memoryUsage.rss(), processorSeconds: (user + system) / 1e6 };
    response.writeHead(200, { 'content-type': METRICS_TYPE }).end(formatMetrics({ ...read(), ...known }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new Error(`no metrics on ${address}: ${cause.message}`, { cause })));
    server.listen(port, hostname, resolve);
  });
  server.unref();
  return server;
}
