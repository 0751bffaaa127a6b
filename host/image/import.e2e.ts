// Image archives meet a real containerd: it imports them, knows their platform and unpacks what was put in.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { findApp } from '../build/fixture/app.ts';
import type { Containerd } from '../testing/containerd.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { encodeImage, type Platform } from './archive.ts';
import { machinePlatform, readApp } from './files.ts';

const APP = findApp('static-files') ?? '';

async function importAs(containerd: Containerd, name: string, platform: Platform): Promise<void> {
  const path = join(containerd.directory, `${platform.os}.tar`);
  await writeFile(path, await encodeImage(readApp(APP), { name, platform }));
  await containerd.ctr(['images', 'import', '--platform', `${platform.os}/${platform.architecture}`, path]);
}

/** The line of an image in the list, its columns apart. */
async function listed(containerd: Containerd, name: string): Promise<string[]> {
  const lines = (await containerd.ctr(['images', 'ls'])).split('\n').map((line) => line.split(/\s+/));
  return lines.find(([reference]) => reference === name) ?? [];
}

await onEachRelease('image archive', (test) => {
  test('is imported and unpacked to the files of the app', async (containerd) => {
    await importAs(containerd, 'docker.io/library/static:1', machinePlatform);
    const mount = join(containerd.directory, 'mount');
    await mkdir(mount);
    await containerd.ctr(['images', 'mount', 'docker.io/library/static:1', mount]);
    try {
      for (const path of ['spin.toml', 'server.wasm', 'assets/deep/note.txt'])
        assert.equal(await readFile(join(mount, path)), await readFile(join(APP, path)));
    } finally {
      await containerd.ctr(['images', 'unmount', '--rm', mount]);
    }
  });

  test('names the platform of the machine', async (containerd) => {
    await importAs(containerd, 'static:machine', machinePlatform);
    assert.ok((await listed(containerd, 'static:machine')).includes(`linux/${machinePlatform.architecture}`));
  });

  test('may be for wasi/wasm', async (containerd) => {
    await importAs(containerd, 'static:wasi', { os: 'wasi', architecture: 'wasm' });
    assert.ok((await listed(containerd, 'static:wasi')).includes('wasi/wasm'));
  });
});
