import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { provideRuntimeFiles } from './runtime-files.ts';

type Folder = { cache: string };

const files = suite<Folder>('provideRuntimeFiles');

files.before.each((context) => {
  context.cache = mkdtempSync(join(tmpdir(), 'cache-'));
});
files.after.each(({ cache }) => rmSync(cache, { recursive: true }));

files('gathers what starts this executable where there is nothing else', async ({ cache }) => {
  const directory = await provideRuntimeFiles(cache, process.execPath);
  const args = ['--library-path', directory, join(directory, 'node'), '-p', '6 * 7'];
  // Only the folder's own libraries may be used: the loader would say so if it looked elsewhere.
  const loaded = execFileSync(join(directory, 'ld.so'), ['--list', ...args.slice(0, 3)], { encoding: 'utf8' });
  for (const line of loaded.split('\n').filter((line) => line.includes('=> /'))) assert.match(line, directory);
  assert.is(execFileSync(join(directory, 'ld.so'), args, { env: {}, encoding: 'utf8' }), '42\n');
});

files('is readable by everybody', async ({ cache }) => {
  const directory = await provideRuntimeFiles(cache, process.execPath);
  assert.is(statSync(directory).mode & 0o777, 0o755);
  for (const name of readdirSync(directory)) assert.is(statSync(join(directory, name)).mode & 0o444, 0o444, name);
});

files('is made once for one version, also by several at a time', async ({ cache }) => {
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => provideRuntimeFiles(cache, process.execPath)));
  for (const other of others) assert.is(other, first);
  assert.is(readdirSync(join(cache, 'runtime')).length, 1);
  const { ino } = statSync(join(first ?? '', 'node'));
  assert.is(await provideRuntimeFiles(cache, process.execPath), first);
  assert.is(statSync(join(first ?? '', 'node')).ino, ino);
});

files('removes versions that were not used for long when it makes one', async ({ cache }) => {
  const [old, recent] = ['old', 'recent'].map((name) => join(cache, 'runtime', name));
  for (const directory of [old, recent]) mkdirSync(directory ?? '', { recursive: true });
  utimesSync(old ?? '', new Date(0), new Date(0));
  await provideRuntimeFiles(cache, process.execPath);
  assert.not.ok(existsSync(old ?? ''));
  assert.ok(existsSync(recent ?? ''));
});

files.run();
