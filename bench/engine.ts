// What the engine costs: requests through components beside requests to bare node:http, and beside the same app on jco's engine.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineChoice } from '../host/plan/planner.ts';
import { prepareApp } from '../host/plan/prepare.ts';
import { JAVASCRIPT_APP } from './contender.ts';
import { compare, loadFor, type Measured, type Server, serveBuilt, serveNode } from './load.ts';
import { createResult, median, type Result } from './result.ts';

const HELLO = 'fixtures/apps/hello-c';
const EXECUTABLE = resolve('build/containerd-shim-spin-v2');
/** As good as never put back. */
const REUSE = { SPIN_MAX_INSTANCE_REUSE_COUNT: '1000000000' };
/** What the JavaScript app requires. */
const TOKEN = { SPIN_VARIABLE_TOKEN: 'a token' };
const SOAK_FIRST = 50_000;
const SOAK_ALL = 1_000_000;
const SOAK_SECONDS = 5;
const LINK_ROUNDS = 3;

/** Benchmarks by name. */
export const engineBenchmarks: Readonly<Record<string, () => Promise<Result[]>>> = {
  'hello-pristine': () => besideNode('hello-pristine', '/hello'),
  'grow-pristine': () => besideNode('grow-pristine', '/allocate/4'),
  'hello-reuse': () => besideNode('hello-reuse', '/hello', REUSE),
  'js-pristine': () => besideJco('js-pristine', JAVASCRIPT_APP, '/', TOKEN),
  crossing: () => besideJco('crossing', HELLO, '/cross/1000'),
  soak: measureSoak,
  link: measureLink,
};

async function besideNode(name: string, path: string, environment: Record<string, string> = {}): Promise<Result[]> {
  await using app = await serveBuilt(HELLO, environment);
  await using node = await serveNode();
  return [toResult(name, await compare([app, node], path))];
}

async function besideJco(
  name: string,
  folder: string,
  path: string,
  environment: Record<string, string> = {},
): Promise<Result[]> {
  await using linked = await serveBuilt(folder, environment);
  await using transpiled = await serveBuilt(folder, environment, 'jco');
  return [toResult(name, await compare([linked, transpiled], path))];
}

function toResult(name: string, [measured, baseline]: readonly Measured[]): Result {
  if (measured === undefined || baseline === undefined) throw new RangeError('two servers are compared');
  if (measured.failures > 0) throw new Error(`${name}: ${measured.failures} requests failed`);
  return createResult(name, 'requests/s', measured.rate, baseline.rate, measured);
}

/** A million requests: the memory at the end beside that after the first 50,000. Throws when a request failed. */
async function measureSoak(): Promise<Result[]> {
  await using app = await serveBuilt(HELLO);
  const first = await loadUntil(app, SOAK_FIRST);
  const last = await loadUntil(app, SOAK_ALL - SOAK_FIRST);
  return [createResult('soak', 'MiB RSS', last.rss, first.rss, last)];
}

async function loadUntil(server: Server, requests: number): Promise<Measured> {
  let measured: Measured | undefined;
  for (let done = 0; done < requests; done += measured.rate * SOAK_SECONDS) {
    measured = await loadFor(server, '/hello', SOAK_SECONDS);
    if (measured.failures > 0) throw new Error(`soak: ${measured.failures} requests failed`);
  }
  if (measured === undefined) throw new RangeError('no requests');
  return measured;
}

/** Links and prepares a component of 12 MB for the first time, and again out of the cache; the baseline is jco's transpiler. */
async function measureLink(): Promise<Result[]> {
  const linked = await prepareTwice('any');
  const transpiled = await prepareTwice('jco');
  return [
    createResult('link-cold', 'ms', linked.cold, transpiled.cold),
    createResult('link-cached', 'ms', linked.cached, transpiled.cached),
  ];
}

async function prepareTwice(engine: EngineChoice): Promise<{ cold: number; cached: number }> {
  const cold: number[] = [];
  const cached: number[] = [];
  for (let round = 0; round < LINK_ROUNDS; round++) {
    const cacheDirectory = await mkdtemp(join(tmpdir(), 'bench-link-'));
    const prepare = () =>
      prepareApp({ rootfs: JAVASCRIPT_APP, cacheDirectory, engine, command: { path: EXECUTABLE, args: ['plan'] } });
    cold.push(await timed(prepare));
    cached.push(await timed(prepare));
    await rm(cacheDirectory, { recursive: true });
  }
  return { cold: median(cold), cached: median(cached) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
