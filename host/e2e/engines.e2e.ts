// The same requests to the same apps on both engines: every answer is equal, byte by byte.
import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findApp } from '../build/fixture/app.ts';
import type { Answer } from '../testing/network.ts';
import { type ServedApp, serveApp } from '../testing/served-app.ts';

type Asked = readonly [path: string, init?: RequestInit];

const body = 'a body with ünïcode \u{1f600} in it\n'.repeat(5_000);
const post: RequestInit = { method: 'POST', body, headers: { 'content-type': 'text/plain', 'x-twice': 'a, b' } };

/** Requests whose answers depend on nothing but the app. */
const apps: Readonly<Record<string, readonly Asked[]>> = {
  'hello-c': [
    ['/'],
    ['/hello/there?and=back'],
    ['/echo', post],
    ['/length', post],
    ['/status/418'],
    ['/environment'],
    ['/count'],
    ['/count'],
    ['/allocate/8'],
    ['/cross/999'],
    ['/bytes/100000'],
    ['/print'],
    ['/sleep/20'],
    ['/drip/3'],
    ['/trap'],
    ['/silent'],
    ['/error'],
    ['/twice'],
    ['/exit/3'],
    ['/nothing', { method: 'DELETE' }],
  ],
  'hello-js': [['/'], ['/hello/you'], ['/echo', post], ['/stream/4'], ['/no-content'], ['/count'], ['/throw']],
  'hello-rust': [['/'], ['/hello/you'], ['/echo', post], ['/environment'], ['/file/note.txt'], ['/panic'], ['/']],
  'hello-go': [['/'], ['/goroutines'], ['/environment'], ['/sleep'], ['/panic']],
  'hello-python': [['/'], ['/echo', post], ['/environment'], ['/raise']],
  'static-files': [['/'], ['/index.html'], ['/nothing']],
  'counter-rust': [['/']],
  'hello-wat': [['/'], ['/', post]],
  'hello-c-2023': [['/'], ['/', post]],
  'module-rust': [['/'], ['/', post]],
  'redis-rust': [['/']],
  routes: [['/'], ['/users/me'], ['/users/somebody'], ['/users/somebody/posts/1?a=b']],
  'spin-1-c': [['/'], ['/', post]],
  'todo-rust': [['/']],
  'traps-at-start': [['/']],
  'wagi-c': [['/module/x?a=b', post], ['/component/x?a=b', post], ['/module/status'], ['/component/redirect']],
};

/** Apps that cannot be compared, and why. */
const incomparable: Readonly<Record<string, string>> = {
  composed: 'only one engine links dependencies',
  dependencies: 'only one engine links dependencies',
  'hello-rust-2023': "jco's output answers 500 to everything",
  'hello-rust-p3': 'only one engine knows WASI 0.3',
  'subscriber-rust': 'answers no requests',
  'unknown-import': 'cannot start',
};

/** What the apps' required variables are set to. */
const environment = { SPIN_VARIABLE_TOKEN: 'from the pod' };

/** The answers of an app, in the order of the requests. */
async function ask(app: ServedApp, requests: readonly Asked[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const [path, init] of requests) answers.push(comparable(await app.request(path, init)));
  return answers;
}

/** Each engine's app has a port of its own, and some apps say which. */
function comparable({ status, headers, body: text }: Answer): unknown {
  const { date: _, ...others } = headers;
  return { status, headers: others, body: text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:port') };
}

const every = suite('the engines');
every('are compared on every app that can be', () => {
  const known = [...Object.keys(apps), ...Object.keys(incomparable)].sort();
  assert.equal(known, readdirSync('fixtures/apps').sort());
});
every.run();

for (const [name, requests] of Object.entries(apps)) {
  const folder = findApp(name);
  if (!folder) {
    process.stdout.write(`skipped: ${name} is not built on this machine (make fixtures says why)\n`);
    continue;
  }
  const engines = suite(`${name} on both engines`);
  engines(`answers ${requests.length} requests alike`, async () => {
    await using linked = await serveApp(folder, environment, 'any');
    await using transpiled = await serveApp(folder, environment, 'jco');
    const [actual, expected] = [await ask(linked, requests), await ask(transpiled, requests)];
    requests.forEach(([path], index) => {
      assert.equal(actual[index], expected[index], path);
    });
  });
  engines.run();
}
