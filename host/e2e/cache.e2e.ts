// The cache of prepared apps and the images it is of: what is made of an image goes with the image, and a cache that cannot be used
// fails no container.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { readApp } from '../image/files.ts';
import { TEST_APP } from '../testing/app.ts';
import { mustRun } from '../testing/command.ts';
import type { Containerd } from '../testing/containerd.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { encodeArtifact, importEntries, runArtifact } from '../testing/images.ts';
import { findFreePort, request, untilAnswer } from '../testing/network.ts';
import { until } from '../testing/until.ts';

const KINDS = ['apps', 'plans', 'components', 'files', 'artifacts', 'uses'];

/** What the cache has of apps, each as `kind/key`. */
async function listCache(cache: string): Promise<string[]> {
  const lists = KINDS.map(async (kind) => {
    const names = await readdir(join(cache, kind)).catch(() => []);
    return names.map((name) => `${kind}/${name}`);
  });
  return (await Promise.all(lists)).flat();
}

/** An image of files of which nothing but the test app's component is in any other; gives its name. */
function importUnique(containerd: Containerd, name: string): Promise<string> {
  const manifest = readApp(TEST_APP).map((entry) =>
    entry.kind === 'file' && entry.path === 'spin.toml'
      ? { ...entry, content: Buffer.concat([entry.content, Buffer.from(`\n# ${crypto.randomUUID()}\n`)]) }
      : entry,
  );
  return importEntries(containerd, name, manifest);
}

/** Runs an app of files on a free loopback port, and waits until it answers; gives its URL. */
async function serve(containerd: Containerd, name: string, image: string): Promise<string> {
  const address = `127.0.0.1:${await findFreePort()}`;
  await containerd.run(name, image, { flags: ['--net-host'], environment: [`SPIN_HTTP_LISTEN_ADDR=${address}`] });
  await untilAnswer(`http://${address}/hello`);
  return `http://${address}`;
}

/** Lets the next container sweep the cache, starts it, and waits until `isSwept`. */
async function sweep(containerd: Containerd, cache: string, image: string, isSwept: () => Promise<boolean>) {
  await rm(join(cache, 'swept'), { force: true });
  const name = `sweeps-${crypto.randomUUID()}`;
  await serve(containerd, name, image);
  await until('the cache is swept', isSwept);
  await containerd.remove(name);
}

await onEachRelease('cache', (test, release) => {
  test('loses what was made of an image when that is gone, and not while a container runs it', async (containerd) => {
    const cache = join(containerd.directory, 'cache');
    await containerd.configureShim('', cache);
    const [gone, stays] = [await importUnique(containerd, 'gone'), await importUnique(containerd, 'stays')];
    await serve(containerd, 'running', stays);
    const kept = await listCache(cache);
    const url = await serve(containerd, 'app', gone);
    const form = (reference: string) => encodeArtifact(reference, TEST_APP, 'spin', { application: { name: cache } });
    await runArtifact(containerd, 'layers', form, {
      flags: ['--net-host'],
      environment: ['SPIN_HTTP_LISTEN_ADDR=127.0.0.1:0'],
    });
    await containerd.remove('layers');
    const all = await listCache(cache);
    const [artifact] = await readdir(join(cache, 'artifacts'));
    assert.ok(artifact);
    for (const image of [gone, stays, 'docker.io/library/layers:test'])
      await containerd.ctr(['images', 'rm', '--sync', image]);
    // Everything of the layers goes, and nothing of what runs.
    const other = await importUnique(containerd, 'other');
    await sweep(containerd, cache, other, async () => (await readdir(join(cache, 'artifacts'))).length === 0);
    const left = await listCache(cache);
    assert.equal(
      kept.filter((entry) => !left.includes(entry)),
      [],
    );
    assert.is((await request(`${url}/hello`)).status, 200);
    const own = all.filter((entry) => !kept.includes(entry) && left.includes(entry));
    assert.ok(own.some((entry) => entry.startsWith('apps/')));
    await containerd.remove('app');
    await sweep(containerd, cache, other, async () => !(await listCache(cache)).some((entry) => own.includes(entry)));
    assert.equal(
      kept.filter((entry) => !left.includes(entry)),
      [],
    );
  });

  test('serves containers that start at the same time', async (containerd) => {
    const cache = join(containerd.directory, 'cache-of-three');
    await containerd.configureShim('', cache);
    const image = await importUnique(containerd, 'app');
    const urls = await Promise.all(['a', 'b', 'c'].map((name) => serve(containerd, name, image)));
    for (const url of urls) assert.is((await request(`${url}/hello`)).body, 'Hello from C!\n');
    assert.is((await readdir(join(cache, 'uses'))).length, 1);
    await containerd.configureShim('');
  });

  // No release of containerd makes a difference to these.
  const mounts = release.version.startsWith('1.') ? {} : { full: 'size=64k', 'read-only': 'ro' };
  for (const [what, options] of Object.entries(mounts)) {
    test(`fails no container when it is ${what}`, async (containerd) => {
      const cache = join(containerd.directory, what);
      await mkdir(cache);
      await mustRun('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', cache]);
      try {
        if (what === 'full') await writeFile(join(cache, 'fill'), new Uint8Array(65_536)).catch(() => undefined);
        await containerd.configureShim('', cache);
        const url = await serve(containerd, 'app', await importUnique(containerd, 'app'));
        assert.is((await request(`${url}/hello`)).body, 'Hello from C!\n');
      } finally {
        await containerd.configureShim('');
        await mustRun('umount', [cache]);
      }
    });
  }
});
