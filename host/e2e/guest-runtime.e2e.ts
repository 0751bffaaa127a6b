// Another guest runtime in place of the built-in one: named by the runtime options, by the node's configuration, or by the pod.
// The one used here gives every request to the app's first component, except those below `/decide`, which it answers itself.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { buildFirstComponent } from '../build/first-component.ts';
import { GUEST_RUNTIME } from '../bundle/annotations.ts';
import { runApp } from '../testing/app.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { request } from '../testing/network.ts';

const component = await buildFirstComponent();

/** Asserts whether the app at `url` is run by the guest runtime of this test. */
async function assertSwapped(url: string, isSwapped: boolean): Promise<void> {
  assert.is((await request(`${url}/hello`)).body, 'Hello from C!\n');
  const { status, body } = await request(`${url}/decide/this`);
  assert.is(body === 'decided GET /decide/this\n' && status === 203, isSwapped, `${status} ${body}`);
}

await onEachRelease('another guest runtime', (test) => {
  test('is not used when nobody names it', async (containerd) => {
    await assertSwapped(await runApp(containerd, 'app'), false);
  });

  test('is named by the runtime options', async (containerd) => {
    const options = join(containerd.directory, 'options.toml');
    await writeFile(options, `RuntimeComponent = "${component}"\n`);
    await assertSwapped(await runApp(containerd, 'app', { flags: ['--runtime-config-path', options] }), true);
  });

  test("is named by the node's configuration", async (containerd) => {
    await containerd.configureShim(`RuntimeComponent = "${component}"`);
    await assertSwapped(await runApp(containerd, 'app'), true);
    await containerd.configureShim('');
  });

  test('is chosen by the pod from those that the node offers', async (containerd) => {
    await containerd.configureShim(`[RuntimeComponents]\nfirst = "${component}"`);
    await assertSwapped(await runApp(containerd, 'app', { flags: ['--annotation', `${GUEST_RUNTIME}=first`] }), true);
    await containerd.configureShim('');
  });

  test('is refused when the node does not offer it', async (containerd) => {
    const run = runApp(containerd, 'app', { flags: ['--annotation', `${GUEST_RUNTIME}=first`] });
    const message = await run.then(() => 'it ran', String);
    assert.match(message, /guest runtime "first".*RuntimeComponents/);
  });

  test('names itself when it does not exist', async (containerd) => {
    await containerd.configureShim('RuntimeComponent = "/absent/runtime.wasm"');
    const message = await runApp(containerd, 'app').then(() => 'it ran', String);
    await containerd.configureShim('');
    assert.match(message, '/absent/runtime.wasm');
  });
});
