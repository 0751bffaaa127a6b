// Apps that cannot be served, or only to say that they fail: each is told apart, in words that name the place.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryFromWat } from '../../guest-runtime/link/testing/wat.ts';
import { findApp } from '../build/fixture/app.ts';
import { onApp } from '../testing/on-app.ts';
import { serveApp } from '../testing/served-app.ts';

/** What it says instead of serving; fails when it serves. */
async function refusalOf(name: string): Promise<string> {
  const served = await serveApp(findApp(name) ?? '').catch((error: Error) => error);
  if (served instanceof Error) return served.message;
  await served[Symbol.asyncDispose]();
  throw new Error(`${name} is served`);
}

const refusal = suite('refusal');

refusal('of a trigger that is not there yet names it and those that are', async () => {
  const message = await refusalOf('subscriber-rust');
  assert.match(
    message,
    /^\/spin\.toml:\d+:\d+: trigger\.redis\[0\]: trigger type "redis" is not supported \(supported: http\)/,
  );
});

/** Serves a component of these exports in place of a test app's. */
async function refusalOfExports(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'refusal-'));
  try {
    const exports = names.map((name) => `(export "${name}" (instance $nothing))`).join('');
    await writeFile(join(folder, 'ask.wasm'), await binaryFromWat(`(component (instance $nothing) ${exports})`));
    await cp(join(findApp('unknown-import') ?? '', 'spin.toml'), join(folder, 'spin.toml'));
    const served = await serveApp(folder).catch((error: Error) => error);
    if (served instanceof Error) return served.message;
    await served[Symbol.asyncDispose]();
    throw new Error('it is served');
  } finally {
    await rm(folder, { recursive: true });
  }
}

refusal('of a component that handles no request names what it exports, and what would do', async () => {
  const message = await refusalOfExports(['wasi:cli/run@0.2.0']);
  assert.match(message, /^\/spin\.toml:\d+:\d+: .*exports nothing that serves http: wasi:cli\/run@0\.2\.0/);
  assert.match(message, 'fermyon:spin/inbound-http');
});

refusal('of a component with several handlers names them', async () => {
  const handlers = ['wasi:http/incoming-handler@0.2.0', 'fermyon:spin/inbound-http'];
  assert.match(
    await refusalOfExports(handlers),
    `exports several handlers of http, and must export one: ${handlers.join(', ')}`,
  );
});

refusal('of an import that no host has names the component and the interface', async () => {
  const message = await refusalOf('unknown-import');
  assert.match(
    message,
    'component "ask" imports "fixture:unknown-import/nowhere@1.0.0", which this host does not offer',
  );
});

refusal('of a component for WASI 0.3 names each interface that is not there yet', async () => {
  const message = await refusalOf('hello-rust-p3');
  for (const name of ['wasi:clocks/monotonic-clock', 'wasi:http/client', 'wasi:http/types'])
    assert.match(message, `"${name}@0.3.0"`);
});
refusal.run();

onApp('traps-at-start', {}, (test) => {
  test('answers 500 to every request and stays up', async (app) => {
    for (const _ of [1, 2]) assert.is((await app.request('/')).status, 500);
    assert.is((await app.request('/.well-known/spin/health')).status, 200);
  });

  test('says in the log that it trapped', (app) => {
    assert.match(app.log(), /unreachable/);
    return Promise.resolve();
  });
});
