// `runtime-config.toml` as an operator gives it to a pod: a file that is mounted into the container.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { runApp, TEST_APP } from '../testing/app.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importApp } from '../testing/images.ts';
import { request } from '../testing/network.ts';

/** Calls `use` with the flags that mount a file of this text at `/runtime-config.toml`. */
async function withConfig(text: string, use: (flags: readonly string[]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'runtime-config-'));
  try {
    const file = join(folder, 'runtime-config.toml');
    await writeFile(file, text);
    await use(['--mount', `type=bind,src=${file},dst=/runtime-config.toml,options=rbind:ro`]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await onEachRelease('runtime-config.toml', (test) => {
  test('is obeyed', async (containerd) => {
    const text = '[outbound_networking]\nblock_networks = ["private"]\n[key_value_store.default]\ntype = "spin"\n';
    await withConfig(text, async (flags) => {
      const url = await runApp(containerd, 'app', { flags });
      const { headers } = await request(`${url}/fetch?http://127.0.0.1:1/`);
      assert.is(headers['x-error-code'], '4', 'destination-IP-prohibited');
      assert.match(await containerd.log('app'), 'Using runtime config [key_value_store.default: spin]');
    });
  });

  test('keeps the app from starting while it is wrong, and says where', async (containerd) => {
    const image = await importApp(containerd, TEST_APP);
    await withConfig('state_dri = ".spin"\n[outbound_http]\npooling = true\n', async (flags) => {
      const run = containerd.runArguments('broken', image, { flags: ['--rm', '--net-host', ...flags] });
      const { code, stderr } = await containerd.tryCtr(run);
      assert.is(code, 137);
      assert.match(
        stderr,
        '/runtime-config.toml:1:1: state_dri: unknown field `state_dri` (did you mean `state_dir`?)',
      );
      assert.match(stderr, '/runtime-config.toml:3:1: outbound_http.pooling: unknown field `pooling`');
    });
  });
});
