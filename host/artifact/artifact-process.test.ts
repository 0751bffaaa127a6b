// With the real role, and with small scripts in place of the executable.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { concatenate } from '../bytes.ts';
import { encodeTar } from '../image/tar.ts';
import type { Command } from '../plan/executable.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { ArtifactProcess } from './artifact-process.ts';

const role: Command = {
  path: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'testing/artifact-role.ts')],
};
const script = (body: string): Command => ({ path: process.execPath, args: ['--eval', body] });
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Uses a process, and gives what `use` gives or rejects with. */
async function withProcess<T>(use: (process: ArtifactProcess) => Promise<T>, command = role): Promise<T | StatusError> {
  const process = new ArtifactProcess(command);
  try {
    return await use(process);
  } catch (error) {
    assert.instance(error, StatusError);
    return error as StatusError;
  } finally {
    await process.close();
  }
}

const manifests = suite('ArtifactProcess.readManifest');
const layer = { mediaType: 'application/wasm', digest: `sha256:${'a'.repeat(64)}`, size: 3 };

manifests('finds the layers of an app', async () => {
  const manifest = encode({ config: layer, layers: [layer] });
  const answer = await withProcess((process) => process.readManifest(manifest, 'amd64'));
  assert.equal(answer, { kind: 'layers', layers: { kind: 'component', document: layer, layers: [layer] }, payload: 0 });
});

manifests('answers one manifest after another', async () => {
  const entry = { ...layer, os: 'linux', architecture: 'arm64' };
  const index = encode({ manifests: [{ ...layer, platform: { os: 'linux', architecture: 'arm64' } }] });
  const answers = await withProcess(async (process) => [
    await process.readManifest(index, 'arm64'),
    await process.readManifest(index, 'amd64'),
  ]);
  assert.equal(answers, [
    { kind: 'index', next: entry, payload: 0 },
    { kind: 'none', payload: 0 },
  ]);
});

manifests('rejects with the status of what is no manifest', async () => {
  const error = await withProcess((process) => process.readManifest(encode(7), 'amd64'));
  assert.is((error as StatusError).code, Code.INVALID_ARGUMENT);
});

const deaths: readonly (readonly [string, Command, RegExp])[] = [
  ['says why it dies', script('console.error("out of memory"); process.exit(1)'), /layers: .*: out of memory/],
  ['says nothing', script(''), /gave no answer: it ended with code 0/],
  ['cannot be started', { path: '/nonexistent/shim', args: [] }, /ENOENT/],
  ['answers something else', script('console.log(JSON.stringify({ kind: "done", payload: 0 }))'), /answered done/],
];
for (const [what, command, message] of deaths) {
  manifests(`rejects when the process ${what}`, async () => {
    const error = (await withProcess((process) => process.readManifest(encode({}), 'amd64'), command)) as StatusError;
    assert.is(error.code, Code.INTERNAL);
    assert.match(error.message, message);
  });
}

manifests.run();

const archives = suite('ArtifactProcess.unpack');

/** Large enough for several messages, and for both pipes to be full at a time. */
const LARGE = new Uint8Array(300_000).map((_, index) => (index * 7919) >> 3);

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

async function unpack(archive: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array[] | StatusError> {
  const files: Uint8Array[] = [];
  return withProcess(async (process) => {
    await process.unpack(archive, size, async (content) => {
      files.push(concatenate(await Array.fromAsync(content, (chunk) => chunk.slice())));
    });
    return files;
  });
}

archives('gives the content of every file', async () => {
  const contents = [LARGE, new Uint8Array(), Uint8Array.of(1, 2, 3)];
  const bytes = gzipSync(encodeTar(contents.map((content, index) => ({ kind: 'file', path: `${index}`, content }))));
  assert.equal(await unpack(inPieces(bytes), bytes.length), contents);
});

archives('rejects with the status of what is no archive', async () => {
  const bytes = new Uint8Array(100_000);
  const error = (await unpack(inPieces(bytes), bytes.length)) as StatusError;
  assert.is(error.code, Code.INVALID_ARGUMENT);
  assert.match(error.message, 'it is not gzip');
});

archives('rejects when an archive is cut within a file', async () => {
  const cut = gzipSync(encodeTar([{ kind: 'file', path: 'a', content: LARGE }]).subarray(0, 200_000));
  const error = (await unpack(inPieces(cut), cut.length)) as StatusError;
  assert.match(error.message, 'it ends early');
});

archives('rejects with what reading the archive rejects with', async () => {
  async function* damaged() {
    yield new Uint8Array(10);
    throw new StatusError(Code.DATA_LOSS, 'damaged');
  }
  assert.is(((await unpack(damaged(), 1000)) as StatusError).code, Code.DATA_LOSS);
});

archives.run();
