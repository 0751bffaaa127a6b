// Load on one server, from one processor to another, so that neither takes the other's time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { EngineChoice } from '../host/plan/planner.ts';
import { mustRun } from '../host/testing/command.ts';
import { findFreePort, untilAnswer } from '../host/testing/network.ts';
import { serveApp } from '../host/testing/served-app.ts';
import { NODE_SERVER } from './contender.ts';
import { type Load, median } from './result.ts';

/** A server on a processor of its own. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** What a server did under load. */
export type Measured = Load & { readonly rate: number; readonly failures: number };

/** The processors of the server and of the load. */
const SERVER_CPU = '0';
const LOAD_CPU = '1';

const EXECUTABLE = resolve('build/containerd-shim-spin-v2');
const CONNECTIONS = 16;
const WARM_UP_SECONDS = 2;
const ROUND_SECONDS = 3;
const ROUNDS = 3;

/** Serves an app with the built executable's worker, without a container. */
export async function serveBuilt(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  engine: EngineChoice = 'any',
): Promise<Server> {
  return serveApp(folder, environment, engine, ['taskset', '--cpu-list', SERVER_CPU, EXECUTABLE]);
}

/** Serves the test app's answer with Node's own HTTP server. */
export async function serveNode(): Promise<Server> {
  const address = `127.0.0.1:${await findFreePort()}`;
  const args = ['--cpu-list', SERVER_CPU, process.execPath, NODE_SERVER];
  const child = spawn('taskset', args, { env: { ...process.env, ADDRESS: address }, stdio: 'inherit' });
  const stop = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await untilAnswer(`http://${address}/`);
  return { url: `http://${address}`, pid: child.pid ?? 0, [Symbol.asyncDispose]: stop };
}

/** Loads a path of each server in turn, some rounds; gives the medians. */
export async function compare(servers: readonly Server[], path: string): Promise<Measured[]> {
  const rounds = servers.map((): Measured[] => []);
  for (const server of servers) await loadFor(server, path, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, server] of servers.entries()) rounds[index]?.push(await loadFor(server, path, ROUND_SECONDS));
  }
  return rounds.map((samples) => medians(samples));
}

function medians(samples: readonly Measured[]): Measured {
  const of = (name: keyof Measured) => median(samples.map((sample) => sample[name]));
  return { rate: of('rate'), p50: of('p50'), p99: of('p99'), rss: of('rss'), failures: of('failures') };
}

/** Loads a path for some seconds. Counts as failures what was no success, and broken connections. */
export async function loadFor({ url, pid }: Server, path: string, seconds: number): Promise<Measured> {
  const sizes = ['--threads', '1', '--connections', `${CONNECTIONS}`, '--duration', `${seconds}s`, '--latency'];
  const report = await mustRun('taskset', ['--cpu-list', LOAD_CPU, 'wrk', ...sizes, `${url}${path}`]);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(report) ?? [];
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(report) ?? [];
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    rate: Number(/Requests\/sec: +([\d.]+)/.exec(report)?.[1]),
    p50: parseMilliseconds(/50% +(\S+)/.exec(report)?.[1] ?? ''),
    p99: parseMilliseconds(/99% +(\S+)/.exec(report)?.[1] ?? ''),
    rss: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024,
    failures: [...errors.slice(1), ...refused.slice(1)].reduce((sum, count) => sum + Number(count), 0),
  };
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

function parseMilliseconds(text: string): number {
  const [, number = 'NaN', unit = ''] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
  return Number(number) * (UNITS[unit] ?? Number.NaN);
}
