// What a person sees when an app cannot run, or breaks while it runs: a status, and a message that says what to mend and where.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import * as assert from 'uvu/assert';
import { runApp, TEST_APP } from '../testing/app.ts';
import type { Output } from '../testing/command.ts';
import type { Containerd } from '../testing/containerd.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importFiles } from '../testing/images.ts';
import { findFreePort, request } from '../testing/network.ts';
import { until } from '../testing/until.ts';

const manifest = await readFile(`${TEST_APP}/spin.toml`, 'utf8');
const wasm = await readFile(`${TEST_APP}/hello.wasm`);

/** Runs an image of these files in the foreground until it ends. */
async function runFiles(
  containerd: Containerd,
  files: Readonly<Record<string, string | Uint8Array>>,
  address = '127.0.0.1:0',
): Promise<Output> {
  const image = await importFiles(containerd, 'broken', files);
  const flags = ['--rm', '--net-host'];
  return containerd.tryCtr(
    containerd.runArguments('broken', image, { flags, environment: [`SPIN_HTTP_LISTEN_ADDR=${address}`] }),
  );
}

await onEachRelease('failing app', (test) => {
  test('names file, line and field of what is wrong with the manifest', async (containerd) => {
    const files = { 'spin.toml': manifest.replace('component = "hello"', 'component = "helo"'), 'hello.wasm': wasm };
    const { code, stderr } = await runFiles(containerd, files);
    assert.is(code, 1);
    assert.match(stderr, /\/spin\.toml:\d+:\d+: trigger\.http\[0\]\.component: no component is named "helo"/);
  });

  test('names the line where a manifest is not TOML', async (containerd) => {
    const { code, stderr } = await runFiles(containerd, { 'spin.toml': 'spin_manifest_version = 2\n[application\n' });
    assert.is(code, 1);
    assert.match(stderr, /\/spin\.toml:\d+:\d+: not valid TOML/);
  });

  test('names the wasm file that is missing, and the field that asks for it', async (containerd) => {
    const { code, stderr } = await runFiles(containerd, { 'spin.toml': manifest });
    assert.is(code, 1);
    assert.match(stderr, /component\.hello\.source: .*\/hello\.wasm.*no such file/);
  });

  test('names the file that is no component', async (containerd) => {
    const { code, stderr } = await runFiles(containerd, { 'spin.toml': manifest, 'hello.wasm': 'no wasm' });
    assert.is(code, 1);
    assert.match(stderr, /component\.hello\.source: \/hello\.wasm: not a component/);
  });

  test('exits with 137 and names the address when its port is taken', async (containerd) => {
    const other = createServer().listen(await findFreePort(), '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      const address = `127.0.0.1:${port}`;
      const { code, stderr } = await runFiles(containerd, { 'spin.toml': manifest, 'hello.wasm': wasm }, address);
      assert.is(code, 137);
      assert.match(stderr, `${address} is already in use`);
    } finally {
      other.close();
    }
  });

  test('answers 500 for a guest that traps, says why in the log, and goes on', async (containerd) => {
    const url = await runApp(containerd, 'app');
    assert.is((await request(`${url}/trap`)).status, 500);
    await until('the trap is in the log', async () => /unreachable/.test(await containerd.log('app')));
    assert.is((await request(`${url}/hello`)).status, 200);
  });

  test('is killed and deleted while its guest loops without end', async (containerd) => {
    const url = await runApp(containerd, 'app');
    const looping = request(`${url}/loop`).catch((error: Error) => error);
    // One thread serves all: who gets no answer knows that the loop has begun.
    const isSilent = () =>
      request(`${url}/hello`, { signal: AbortSignal.timeout(300) }).then(
        () => false,
        () => true,
      );
    await until('the guest loops', isSilent);
    await containerd.ctr(['tasks', 'kill', '--signal', 'SIGKILL', containerd.id('app')]);
    await containerd.untilStopped('app');
    assert.match((await containerd.delete('app')).stderr, 'non-zero exit code 137');
    assert.instance(await looping, Error);
  });

  test('ends a guest that computes for too long with 504, says so in the log, and goes on', async (containerd) => {
    // With more than one processor the requests would not all share a thread.
    const url = await runApp(containerd, 'app', { flags: ['--env', 'SPIN_MAX_PROCESSOR_SECONDS=0.5', '--cpus', '1'] });
    for (let round = 0; round < 3; round++) {
      const sleeping = request(`${url}/sleep/60000`);
      // It came before these, so it sleeps when they are answered.
      for (let count = 0; count < 2; count++) await request(`${url}/hello`);
      assert.is((await request(`${url}/loop`)).status, 504);
      assert.is((await sleeping).status, 503);
      assert.is((await request(`${url}/hello`)).status, 200);
    }
    await until('the log says it', async () => /component "hello" held its thread/.test(await containerd.log('app')));
  });

  test('exits with 137 and tells of the lack of memory when it is beyond its limit', async (containerd) => {
    const events = containerd.startCtr(['events']);
    const url = await runApp(containerd, 'app', { flags: ['--memory-limit', String(64 * 2 ** 20)] });
    await request(`${url}/allocate/200`).catch(() => {});
    await containerd.untilStopped('app');
    const topics = await until('the exit is told', () => {
      const found = [...events.written().matchAll(/ (\/tasks\/\w+) /g)].map((match) => match[1]);
      return found.includes('/tasks/exit') && found;
    });
    events.child.kill();
    assert.ok(topics.indexOf('/tasks/oom') >= 0 && topics.indexOf('/tasks/oom') < topics.indexOf('/tasks/exit'));
    assert.match((await containerd.delete('app')).stderr, 'non-zero exit code 137');
  });
});
