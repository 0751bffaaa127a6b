// Apps whose parts are the layers of an image, as `spin registry push` and `wkg oci push` leave them.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { findApp } from '../build/fixture/app.ts';
import { encodeIndexArchive } from '../image/archive.ts';
import { createSpinParts, SPIN_PLATFORM } from '../image/artifact.ts';
import { machinePlatform, readApp, readManifest } from '../image/files.ts';
import type { Form } from '../image/form.ts';
import { TEST_APP } from '../testing/app.ts';
import type { Containerd } from '../testing/containerd.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { type ArtifactRun, encodeArtifact, importFiles, runArtifact } from '../testing/images.ts';
import { findFreePort, request, untilAnswer } from '../testing/network.ts';

type Json = { readonly [name: string]: Json } & { readonly digest: string; readonly layers: readonly Json[] };

type Archive = (reference: string) => Promise<Uint8Array>;

/** Runs an app on a free loopback port and waits until it answers; gives its URL. */
async function serve(
  containerd: Containerd,
  name: string,
  archive: Archive,
  { flags = [], ...options }: ArtifactRun = {},
): Promise<string> {
  const address = `127.0.0.1:${await findFreePort()}`;
  const environment = [`SPIN_HTTP_LISTEN_ADDR=${address}`];
  await runArtifact(containerd, name, archive, { ...options, flags: ['--net-host', ...flags], environment });
  await untilAnswer(`http://${address}/hello`);
  return `http://${address}`;
}

/** An image that no other test has: it cannot be in the cache. */
function unique(form: Form): Archive {
  const id = crypto.randomUUID();
  return (reference) => encodeArtifact(reference, TEST_APP, form, { application: { name: 'unique', version: id } });
}

/** The file of the first layer of an image in containerd's content store. */
async function firstLayer(containerd: Containerd, reference: string): Promise<string> {
  const blobs = join(containerd.directory, 'root/io.containerd.content.v1.content/blobs/sha256');
  const read = async (digest: string) => JSON.parse(await readFile(join(blobs, digest.slice(7)), 'utf8')) as Json;
  const line = (await containerd.ctr(['images', 'ls'])).split('\n').find((line) => line.startsWith(reference));
  const { layers } = await read(/sha256:\w+/.exec(line ?? '')?.[0] ?? '');
  return join(blobs, layers[0]?.digest.slice(7) ?? '');
}

await onEachRelease('artifact', (test) => {
  for (const form of ['spin', 'spin-archive', 'spin-1', 'wkg'] as const) {
    test(`answers in the form ${form}`, async (containerd) => {
      const archive: Archive = (reference) => encodeArtifact(reference, TEST_APP, form);
      const url = await serve(containerd, 'app', archive, { isForCtr: form.startsWith('spin') && form !== 'spin-1' });
      assert.is((await request(`${url}/hello`)).body, 'Hello from C!\n');
    });
  }

  const files = findApp('static-files');
  for (const form of files ? (['spin', 'spin-archive'] as const) : []) {
    test(`gives a component its files in the form ${form}, on a read-only root`, async (containerd) => {
      const archive = (reference: string) => encodeArtifact(reference, files ?? '', form);
      const url = await serve(containerd, 'app', archive, { flags: ['--read-only'] });
      assert.match((await request(`${url}/style.css`)).body, 'p {');
      assert.match((await request(`${url}/deep/note.txt`)).body, 'deep down');
      assert.is((await request(`${url}/nothing`)).status, 404);
    });
  }

  test('is found in an index, beside an app for another platform and what is told of both', async (containerd) => {
    const empty = await createSpinParts({}, []);
    const parts = await createSpinParts(readManifest(TEST_APP) ?? {}, readApp(TEST_APP));
    // What `docker buildx` adds to an index about the others.
    const attestation = { os: 'unknown', architecture: 'unknown' };
    const images = [
      { parts: { ...empty, annotations: { about: 'the build' } }, platform: attestation },
      { parts: empty, platform: machinePlatform },
      { parts, platform: SPIN_PLATFORM },
    ];
    const archive: Archive = (reference) => encodeIndexArchive(images, reference);
    const url = await serve(containerd, 'app', archive, { isForCtr: false });
    assert.is((await request(`${url}/hello`)).body, 'Hello from C!\n');
  });

  const dependent = findApp('dependencies');
  if (dependent) {
    test('may have the dependencies of its components in layers of their own', async (containerd) => {
      const archive: Archive = (reference) => encodeArtifact(reference, dependent, 'spin');
      const url = await serve(containerd, 'app', archive);
      assert.is((await request(`${url}/some/WHO`)).body, 'own: the component, dependency: the component\n');
      assert.is((await request(`${url}/none/WHO`)).body, 'own: the component, dependency: nothing\n');
    });
  }

  test('serves a second pod of an image out of the cache', async (containerd) => {
    const archive = unique('spin');
    await serve(containerd, 'first', archive);
    // What it would need from containerd is gone.
    const imported = async (reference: string) => rm(await firstLayer(containerd, reference));
    const second = await serve(containerd, 'second', archive, { imported });
    assert.is((await request(`${second}/hello`)).body, 'Hello from C!\n');
  });

  test('says what was looked for in an image that has no app anywhere', async (containerd) => {
    const image = await importFiles(containerd, 'nothing', { 'readme.txt': 'nothing to run' });
    const failure = await containerd.run('app', image).catch(String);
    assert.match(failure, /the image has no \/spin\.toml, and the image \S+ has no layers of a Spin app/);
  });

  test('refuses a layer that is not what its digest says', async (containerd) => {
    const damage = async (reference: string) => {
      const path = await firstLayer(containerd, reference);
      const bytes = await readFile(path);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await rm(path);
      await writeFile(path, bytes);
    };
    const failure = await serve(containerd, 'app', unique('spin'), { imported: damage }).catch(String);
    assert.match(failure, /the image's layer sha256:\w{64} is damaged: its content has the digest sha256:/);
  });
});
