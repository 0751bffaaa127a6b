// Requests to apps: on a loopback port of the machine, or inside the network namespace of a container.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { mustRun } from './command.ts';
import { timeScale, until } from './until.ts';

/** What a test looks at of an HTTP answer. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Finds a loopback port that nothing listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Sends a request on a connection of its own and reads the whole answer. */
export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers);
  headers.set('connection', 'close');
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(20_000 * timeScale),
    ...init,
    headers,
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

/** Waits until something answers, and gives that answer, whatever its status. */
export function untilAnswer(url: string, timeoutMs = 20_000): Promise<Answer> {
  return until(`${url} answers`, () => request(url), timeoutMs);
}

const REQUEST_SCRIPT = `
const response = await fetch(process.argv[1], { headers: { connection: 'close' } });
const { status, headers } = response;
process.stdout.write(JSON.stringify({ status, headers: Object.fromEntries(headers), body: await response.text() }));
`;

/** Requests a URL inside the network namespace of a process, where `127.0.0.1` is that namespace's own. */
export async function requestInside(pid: number, url: string): Promise<Answer> {
  const inside = ['--target', String(pid), '--net', '--', process.execPath];
  return JSON.parse(await mustRun('nsenter', [...inside, '--input-type=module', '-e', REQUEST_SCRIPT, url])) as Answer;
}
