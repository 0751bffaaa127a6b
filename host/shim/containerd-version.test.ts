import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readContainerdVersion } from './containerd-version.ts';

const reading = suite<{ directory: string }>('readContainerdVersion');

reading.before.each(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'version-'));
});
reading.after.each((context) => rm(context.directory, { recursive: true }));

/** Makes an executable that prints a version and counts how often it was asked. */
async function writeExecutable(directory: string, version: string): Promise<string> {
  const path = join(directory, 'containerd');
  await writeFile(path, `#!/bin/sh\necho asked >> ${directory}/count\necho "containerd x ${version} $1"\n`);
  await chmod(path, 0o755);
  return path;
}

const countOf = async (directory: string): Promise<number> =>
  (await readFile(join(directory, 'count'), 'utf8')).split('\n').length - 1;

reading('asks an executable once', async ({ directory }) => {
  const path = await writeExecutable(directory, '2.1.0');
  const cache = join(directory, 'cache');
  assert.is(await readContainerdVersion(path, cache), 'containerd x 2.1.0 --version\n');
  assert.is(await readContainerdVersion(path, cache), 'containerd x 2.1.0 --version\n');
  assert.is(await countOf(directory), 1);
});

reading('asks again when the executable has changed', async ({ directory }) => {
  const cache = join(directory, 'cache');
  await readContainerdVersion(await writeExecutable(directory, '1.7.9'), cache);
  assert.match(await readContainerdVersion(await writeExecutable(directory, '2.0.10'), cache), '2.0.10');
  assert.is(await countOf(directory), 2);
});

reading('rejects when there is nothing to ask', async ({ directory }) => {
  const error = await readContainerdVersion(join(directory, 'none'), directory).catch((error: unknown) => error);
  assert.is((error as NodeJS.ErrnoException).code, 'ENOENT');
});

reading.run();
