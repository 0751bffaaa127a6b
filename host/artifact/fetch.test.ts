// Fetches from a content store in memory; host/e2e/artifacts.e2e.ts fetches from containerd.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeTar } from '../image/tar.ts';
import { readArtifact } from '../plan/artifact-source.ts';
import type { Command } from '../plan/executable.ts';
import { Code, type StatusError } from '../ttrpc/status.ts';
import { ArtifactProcess } from './artifact-process.ts';
import { type FetchOptions, type FetchResult, fetchArtifact } from './fetch.ts';
import { type Descriptor, LAYER_TYPE } from './image-manifest.ts';

type Context = { cache: string; store: Store };

const role: Command = {
  path: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'testing/artifact-role.ts')],
};

/** A content store, and what the image `app:1` in it is. */
class Store {
  readonly blobs = new Map<string, Uint8Array>();
  readonly reads: string[] = [];
  target: Descriptor | undefined;

  add(mediaType: string, content: Uint8Array | object): Descriptor {
    const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    this.blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  addManifest(layers: readonly Descriptor[], config = this.add('config', {})): Descriptor {
    this.target = this.add('manifest', { config, layers });
    return this.target;
  }

  readonly connection = {
    stream: (_: unknown, __: unknown, { digest }: { digest: string }) => this.#read(digest),
  } as unknown as FetchOptions['connection'];

  async *#read(digest: string) {
    this.reads.push(digest);
    const bytes = this.blobs.get(digest) ?? new Uint8Array();
    for (let start = 0; start < bytes.length; start += 100) yield { offset: 0n, data: bytes.slice(start, start + 100) };
  }
}

const fetching = suite<Context>('fetchArtifact');

fetching.before.each(async (context) => {
  context.cache = await mkdtemp(join(tmpdir(), 'fetch-'));
  context.store = new Store();
});
fetching.after.each(({ cache }) => rm(cache, { recursive: true }));

async function run({ cache, store }: Context): Promise<FetchResult> {
  const { connection, target } = store;
  if (target === undefined) throw new Error('the store has no image');
  const artifacts = new ArtifactProcess(role);
  try {
    const image = { name: 'app:1', target };
    return await fetchArtifact({ connection, image, process: artifacts, cacheDirectory: cache, architecture: 'amd64' });
  } finally {
    await artifacts.close();
  }
}

async function directoryOf(context: Context): Promise<string> {
  const result = await run(context);
  if ('none' in result) throw new Error(result.none);
  return result.directory;
}

async function failureOf(context: Context): Promise<StatusError> {
  return (await run(context).catch((error: unknown) => error)) as StatusError;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const nameOf = (content: string): string => createHash('sha256').update(content).digest('hex');

fetching('puts layers and the files of archives into the cache, by digest', async (context) => {
  const { store } = context;
  const archive = encodeTar(['one', 'two', 'one'].map((path) => ({ kind: 'file', path, content: text(path) })));
  const locked = store.add(LAYER_TYPE.lockedApp, text('{}'));
  store.addManifest([
    store.add(LAYER_TYPE.wasm, text('wasm'.repeat(100))),
    store.add(LAYER_TYPE.archive, gzipSync(archive)),
    locked,
  ]);
  const directory = await directoryOf(context);
  assert.equal(await readArtifact(directory), { kind: 'locked', digest: locked.digest });
  for (const content of ['wasm'.repeat(100), 'one', 'two', '{}']) {
    assert.is(await readFile(join(directory, nameOf(content)), 'utf8'), content);
  }
});

fetching('reads nothing of an image that is in the cache', async (context) => {
  context.store.addManifest([context.store.add(LAYER_TYPE.component, text('wasm'))]);
  const first = await directoryOf(context);
  context.store.reads.length = 0;
  assert.is(await directoryOf(context), first);
  assert.equal(context.store.reads, []);
});

fetching('fetches an image again whose entry is damaged', async (context) => {
  context.store.addManifest([context.store.add(LAYER_TYPE.component, text('wasm'))]);
  const directory = await directoryOf(context);
  await rm(join(directory, nameOf('wasm')));
  assert.is(await directoryOf(context), directory);
  assert.is(await readFile(join(directory, nameOf('wasm')), 'utf8'), 'wasm');
});

fetching('follows an index to the manifest for Wasm', async (context) => {
  const { store } = context;
  const files = { ...store.addManifest([]), platform: { os: 'linux', architecture: 'amd64' } };
  const component = store.add(LAYER_TYPE.component, text('wasm'));
  const wasm = { ...store.addManifest([component]), platform: { os: 'wasip2', architecture: 'wasm' } };
  store.target = store.add('index', { manifests: [files, wasm] });
  assert.equal(await readArtifact(await directoryOf(context)), { kind: 'component', digest: component.digest });
});

fetching('takes the locked app that images of Spin 1 have for a config', async (context) => {
  const { store } = context;
  const locked = store.add(LAYER_TYPE.lockedApp, text('{}'));
  store.addManifest([store.add(LAYER_TYPE.wasm, text('wasm'))], locked);
  const directory = await directoryOf(context);
  assert.equal(await readArtifact(directory), { kind: 'locked', digest: locked.digest });
  assert.is(await readFile(join(directory, nameOf('{}')), 'utf8'), '{}');
});

fetching('finds nothing in an image of files', async (context) => {
  const { store } = context;
  store.addManifest([store.add('application/vnd.oci.image.layer.v1.tar+gzip', text('files'))]);
  assert.equal(await run(context), { none: 'the image app:1 has no layers of a Spin app' });
});

const damages: [what: string, content: string, message: RegExp][] = [
  ['other content', 'WASM', /its content has the digest sha256:/],
  ['less content', 'was', /it has 3 bytes instead of 4/],
  ['more content', 'wasmwasm', /it is longer than 4 bytes/],
];
for (const [what, content, message] of damages) {
  fetching(`refuses a layer with ${what}, and keeps nothing`, async (context) => {
    const layer = context.store.add(LAYER_TYPE.component, text('wasm'));
    const target = context.store.addManifest([layer]);
    context.store.blobs.set(layer.digest, text(content));
    const error = await failureOf(context);
    assert.is(error.code, Code.DATA_LOSS);
    assert.match(error.message, message);
    assert.is(await readArtifact(join(context.cache, 'artifacts', target.digest.slice(7))), null);
  });
}

fetching('refuses a manifest that is not what its digest says', async (context) => {
  const target = context.store.addManifest([]);
  context.store.blobs.set(target.digest, text('x'.repeat(target.size)));
  assert.is((await failureOf(context)).code, Code.DATA_LOSS);
});

fetching('refuses an archive that is none', async (context) => {
  const { store } = context;
  store.addManifest([store.add(LAYER_TYPE.archive, text('not gzip')), store.add(LAYER_TYPE.lockedApp, text('{}'))]);
  assert.match((await failureOf(context)).message, 'it is not gzip');
});

fetching.run();
