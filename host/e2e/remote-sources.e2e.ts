// Apps whose components are elsewhere: by URL, and in a registry of packages.
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { startRegistry } from '../remote/testing/registry.ts';
import { runApp, TEST_APP } from '../testing/app.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importFiles } from '../testing/images.ts';
import { request } from '../testing/network.ts';

const manifest = await readFile(`${TEST_APP}/spin.toml`, 'utf8');
const wasm = await readFile(`${TEST_APP}/hello.wasm`);
const digest = `sha256:${createHash('sha256').update(wasm).digest('hex')}`;

/** The test app's manifest with another source. */
function withSource(source: string): string {
  return manifest.replace('source = "hello.wasm"', `source = ${source}`);
}

await onEachRelease('remote source', (test) => {
  test('is fetched for the app, by URL and as a package', async (containerd) => {
    const folder = await mkdtemp(join(tmpdir(), 'remote-'));
    try {
      await using registry = await startRegistry({
        packages: { 'test/hello:1.0.0': wasm },
        files: { '/hello.wasm': wasm },
      });
      const sources = [
        `{ url = "http://${registry.name}/hello.wasm", digest = "${digest}" }`,
        `{ registry = "${registry.name}", package = "test:hello", version = "1.0.0" }`,
      ];
      for (const [index, source] of sources.entries()) {
        await cp(`${TEST_APP}/spin.toml`, join(folder, 'spin.toml'));
        await writeFile(join(folder, 'spin.toml'), withSource(source));
        const url = await runApp(containerd, `app-${index}`, { folder });
        assert.is((await request(`${url}/hello`)).body, 'Hello from C!\n');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('that is something else, or that the node does not allow, is named with its place', async (containerd) => {
    await using registry = await startRegistry({ files: { '/hello.wasm': new TextEncoder().encode('other') } });
    // That of the app's own file would be found in the cache.
    const wanted = `sha256:${'0'.repeat(64)}`;
    const files = { 'spin.toml': withSource(`{ url = "http://${registry.name}/hello.wasm", digest = "${wanted}" }`) };
    const image = await importFiles(containerd, 'broken', files);
    const run = () => containerd.tryCtr(containerd.runArguments('broken', image, { flags: ['--rm', '--net-host'] }));
    assert.match((await run()).stderr, /\/spin\.toml:\d+:\d+: component\.hello\.source: .* is not what was asked for/);
    await containerd.configureShim('RemoteSources = false');
    assert.match((await run()).stderr, 'this node takes no components from elsewhere');
    await containerd.configureShim('');
  });
});
