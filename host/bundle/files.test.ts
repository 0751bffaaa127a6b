import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readNodeOptions, readOptional, readSpec, writeAddress, writeJson, writeSpec } from './files.ts';

type Folder = { directory: string };

const files = suite<Folder>('files');

files.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'files-'));
});
files.after.each(({ directory }) => rmSync(directory, { recursive: true }));

files('reads the spec that it wrote', async ({ directory }) => {
  const spec = { ociVersion: '1.0.2', process: { cwd: '/' }, root: { path: 'rootfs' }, extra: [1] };
  await writeSpec(directory, spec);
  assert.equal(await readSpec(directory), spec);
});

files('writes an address where there is none', async ({ directory }) => {
  await writeAddress(directory, 'unix:///first');
  await writeAddress(directory, 'unix:///second');
  assert.is(await readOptional(join(directory, 'address')), 'unix:///first');
});

files('leaves nothing beside a JSON file, which only root may read unless told otherwise', async ({ directory }) => {
  await writeJson(join(directory, 'a'), { b: 1 });
  await writeJson(join(directory, 'c'), {}, 0o644);
  assert.equal(readdirSync(directory), ['a', 'c']);
  assert.is(statSync(join(directory, 'a')).mode & 0o777, 0o600);
  assert.is(statSync(join(directory, 'c')).mode & 0o777, 0o644);
});

files('gives null for a file that does not exist, and fails for one that cannot be read', async ({ directory }) => {
  assert.is(await readOptional(join(directory, 'none')), null);
  let code = '';
  await readOptional(directory).catch((error: NodeJS.ErrnoException) => {
    code = error.code ?? '';
  });
  assert.is(code, 'EISDIR');
});

files("reads the node's configuration where the environment says", async ({ directory }) => {
  const path = join(directory, 'config.toml');
  const environment = { CONTAINERD_SHIM_SPIN_CONFIG: path };
  assert.equal((await readNodeOptions(environment)).options, {});
  writeFileSync(path, 'BinaryName = "crun"');
  assert.equal((await readNodeOptions(environment)).options, { BinaryName: 'crun' });
});

files.run();
