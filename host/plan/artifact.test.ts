// Drives `prepareApp` with the layers of an image, as the artifact room leaves them in the cache.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ARTIFACT_FILE, type Artifact, blobName } from './artifact-source.ts';
import { createDraft, toChunks } from './cache.ts';
import type { Command } from './executable.ts';
import { type PrepareResult, prepareApp } from './prepare.ts';
import { FILES_TREE, parsePreparedApp } from './prepared-app.ts';

type Context = { cache: string; blobs: Map<string, Uint8Array> };

const command: Command = {
  path: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'testing/plan-role.ts')],
};
const noCommand: Command = { path: '/nonexistent/plan', args: [] };
const helloWasm = await readFile(join(import.meta.dirname, '../../fixtures/apps/hello-c/hello.wasm'));
const FILES_MOUNT = '/mount/files';

const preparing = suite<Context>('prepareApp, from layers');

preparing.before.each(async (context) => {
  context.cache = await mkdtemp(join(tmpdir(), 'artifact-'));
  context.blobs = new Map();
});
preparing.after.each(({ cache }) => rm(cache, { recursive: true, force: true }));

function addBlob({ blobs }: Context, bytes: Uint8Array): string {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  blobs.set(digest, bytes);
  return digest;
}

function addText(context: Context, text: string): string {
  return addBlob(context, new TextEncoder().encode(text));
}

/** Writes the artifact's folder and prepares its app. */
async function prepare(context: Context, artifact: Artifact, run: Command = command): Promise<PrepareResult> {
  const directory = join(context.cache, 'artifacts/image');
  const draft = await createDraft(context.cache, directory);
  for (const [digest, bytes] of context.blobs) {
    await draft.write({ name: blobName(digest), size: bytes.length }, toBytes(bytes));
  }
  const text = JSON.stringify(artifact);
  await draft.write({ name: ARTIFACT_FILE, size: text.length }, toChunks(text));
  await draft.commit();
  await draft.discard();
  return prepareApp({
    rootfs: '/nonexistent',
    cacheDirectory: context.cache,
    command: run,
    artifact: { directory, filesMount: FILES_MOUNT },
  });
}

async function* toBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** A locked app of the component `hello` with these files and dependencies. */
function addLocked(
  context: Context,
  files: readonly object[] = [],
  digest = addBlob(context, helloWasm),
  dependencies: Readonly<Record<string, object>> = {},
): Artifact {
  const trigger_config = { component: 'hello', route: '/...' };
  const locked = {
    spin_lock_version: 1,
    metadata: { name: 'app' },
    triggers: [{ id: 't', trigger_type: 'http', trigger_config }],
    components: [{ id: 'hello', source: { digest }, files, dependencies }],
  };
  return { kind: 'locked', digest: addText(context, JSON.stringify(locked)) };
}

preparing('lays the files of a component out, and mounts them at its root', async (context) => {
  const { app, directory } = await prepare(
    context,
    addLocked(context, [
      { path: 'deep/note.txt', content: { digest: addText(context, 'note') } },
      { path: 'small', content: { inline: 'aGk=' } },
    ]),
  );
  const [key = ''] = app.files;
  const [component] = app.plan.components;
  assert.equal(component?.files, [{ source: `${FILES_MOUNT}/${key}`, destination: '/' }]);
  assert.equal(component?.assets, []);
  const tree = join(context.cache, 'files', key, FILES_TREE);
  assert.is(await readFile(join(tree, 'deep/note.txt'), 'utf8'), 'note');
  assert.is(await readFile(join(tree, 'small'), 'utf8'), 'hi');
  assert.is((await stat(join(tree, 'deep'))).mode & 0o777, 0o755);
  assert.equal(parsePreparedApp(await readFile(join(directory, 'app.json'), 'utf8')).files, [key]);
});

preparing('asks nothing about an app that is in the cache', async (context) => {
  const artifact = addLocked(context, [{ path: 'a', content: { inline: 'aGk=' } }]);
  const first = await prepare(context, artifact);
  assert.equal(await prepare(context, artifact, noCommand), first);
});

preparing('lays files out again that are damaged', async (context) => {
  const artifact = addLocked(context, [{ path: 'a', content: { inline: 'aGk=' } }]);
  const [key = ''] = (await prepare(context, artifact)).app.files;
  const file = join(context.cache, 'files', key, FILES_TREE, 'a');
  await rm(file);
  await prepare(context, artifact);
  assert.is(await readFile(file, 'utf8'), 'hi');
});

preparing('lays files out again of which a byte is flipped', async (context) => {
  const artifact = addLocked(context, [{ path: 'a', content: { digest: addText(context, 'note') } }]);
  const [key = ''] = (await prepare(context, artifact)).app.files;
  const file = join(context.cache, 'files', key, FILES_TREE, 'a');
  // The file is that of the layer, too.
  await writeFile(file, 'nite');
  await prepare(context, artifact);
  assert.is(await readFile(file, 'utf8'), 'note');
});

preparing('makes an app of a component by itself', async (context) => {
  const digest = addBlob(context, helloWasm);
  const { app } = await prepare(context, { kind: 'component', digest });
  assert.equal([app.plan.name, app.components[0]?.id], [digest, 'http-trigger1-component']);
  assert.equal(app.files, []);
});

const composed = join(import.meta.dirname, '../../fixtures/apps/composed');

preparing('links a component with the layer of its dependency', async (context) => {
  const [front, greeter] = await Promise.all(
    ['front', 'greeter'].map((name) => readFile(join(composed, `${name}.wasm`))),
  );
  const source = { digest: addBlob(context, greeter as Uint8Array) };
  const dependencies = { 'fixture:greeter/greet': { source, inherit: { Some: [] } } };
  const artifact = addLocked(context, [], addBlob(context, front as Uint8Array), dependencies);
  const { app } = await prepare(context, artifact);
  assert.equal([app.components[0]?.engine, app.components[0]?.handler], ['link', 'wasi:http/incoming-handler@0.2.12']);
});

preparing('names the layer of a dependency that the image does not have', async (context) => {
  const source = { digest: `sha256:${'c'.repeat(64)}` };
  const artifact = addLocked(context, [], addBlob(context, helloWasm), { 'a:b/c': { source, inherit: 'All' } });
  const error = (await prepare(context, artifact).catch((error: Error) => error)) as Error;
  assert.match(error.message, `component \`hello\`: the image has no layer ${source.digest}`);
});

preparing('names every layer that the image does not have', async (context) => {
  const [wasm, file] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`);
  const artifact = addLocked(context, [{ path: 'a', content: { digest: file } }], wasm);
  const error = (await prepare(context, artifact).catch((error: Error) => error)) as Error;
  const lines = error.message.split('\n').map((line) => line.replace(/^.*?: component/, 'component'));
  assert.equal(
    lines,
    [wasm, file].map((digest) => `component \`hello\`: the image has no layer ${digest} (push the app again)`),
  );
});

preparing('says where a locked app is wrong', async (context) => {
  const digest = addText(context, '{"spin_lock_version":\n7}');
  const error = (await prepare(context, { kind: 'locked', digest }).catch((error: Error) => error)) as Error;
  assert.match(error.message, 'locked app:2:1: spin_lock_version: not a known version of a locked app');
});

preparing('says that a locked app is no text', async (context) => {
  const digest = addBlob(context, Uint8Array.of(0xff));
  const error = (await prepare(context, { kind: 'locked', digest }).catch((error: Error) => error)) as Error;
  assert.match(error.message, 'locked app: the locked app is not UTF-8 text');
});

preparing.run();
