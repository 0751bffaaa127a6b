import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDraft, readContents, readEntry, toChunks } from './cache.ts';

type Context = { cache: string; folder: string };

const drafts = suite<Context>('createDraft');

drafts.before.each(async (context) => {
  context.cache = await mkdtemp(join(tmpdir(), 'cache-'));
  context.folder = join(context.cache, 'components/key');
});
drafts.after.each(({ cache }) => rm(cache, { recursive: true, force: true }));

async function writeText({ cache, folder }: Context, text: string): Promise<void> {
  const draft = await createDraft(cache, folder);
  await draft.write({ name: 'a.txt', size: text.length }, toChunks(text));
  await draft.commit();
  await draft.discard();
}

async function leftovers({ cache }: Context): Promise<string[]> {
  return readdir(join(cache, 'tmp'));
}

drafts('shows nothing before it is committed', async ({ cache, folder }) => {
  const draft = await createDraft(cache, folder);
  await draft.write({ name: 'a', size: 1 }, toChunks('x'));
  assert.is(await readContents(folder), null);
  await draft.commit();
  assert.equal(await readContents(folder), [{ name: 'a', size: 1 }]);
});

drafts('leaves nothing behind', async (context) => {
  await writeText(context, 'x');
  const draft = await createDraft(context.cache, context.folder);
  await draft.write({ name: 'b', size: 1 }, toChunks('y'));
  await draft.discard();
  assert.equal(await leftovers(context), []);
  assert.equal((await readdir(context.folder)).sort(), ['a.txt', 'contents.json']);
});

drafts('lets anybody read what it wrote, whatever the umask', async (context) => {
  const mask = process.umask(0o077);
  try {
    await writeText(context, 'x');
  } finally {
    process.umask(mask);
  }
  assert.is((await stat(context.folder)).mode & 0o777, 0o755);
  assert.is((await stat(join(context.folder, 'a.txt'))).mode & 0o777, 0o644);
});

drafts('keeps the entry that came first', async (context) => {
  await writeText(context, 'first');
  await writeText(context, 'second');
  assert.is(await readFile(join(context.folder, 'a.txt'), 'utf8'), 'first');
  assert.equal(await leftovers(context), []);
});

drafts('takes the place of an entry that is damaged', async (context) => {
  await writeText(context, 'first');
  await writeFile(join(context.folder, 'a.txt'), 'cut');
  assert.is(await readContents(context.folder), null);
  await writeText(context, 'second');
  assert.is(await readFile(join(context.folder, 'a.txt'), 'utf8'), 'second');
  assert.equal(await leftovers(context), []);
});

drafts('takes the place of a folder that was never finished', async (context) => {
  await mkdir(context.folder, { recursive: true });
  await writeFile(join(context.folder, 'stray'), '');
  await writeText(context, 'text');
  assert.equal((await readdir(context.folder)).sort(), ['a.txt', 'contents.json']);
});

drafts('lets several write the same entry at a time', async (context) => {
  await Promise.all(Array.from({ length: 8 }, () => writeText(context, 'same')));
  assert.is(await readFile(join(context.folder, 'a.txt'), 'utf8'), 'same');
  assert.equal(await leftovers(context), []);
});

drafts('removes what a killed process left long ago, and nothing younger', async (context) => {
  const drafts = join(context.cache, 'tmp');
  await mkdir(join(drafts, 'old'), { recursive: true });
  await mkdir(join(drafts, 'young'));
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
  await utimes(join(drafts, 'old'), yesterday, yesterday);
  await writeText(context, 'x');
  assert.equal(await leftovers(context), ['young']);
});

drafts('writes files into folders, and shares those of another entry', async ({ cache, folder }) => {
  const draft = await createDraft(cache, folder);
  await draft.write({ name: 'a/b/c.txt', size: 1 }, toChunks('x'));
  await draft.write({ name: 'a/d.txt', size: 1 }, toChunks('y'));
  await draft.commit();
  const other = await createDraft(cache, `${folder}2`);
  await other.link({ name: 'tree/e.txt', size: 1 }, join(folder, 'a/b/c.txt'));
  await other.commit();
  assert.is(await readFile(join(`${folder}2`, 'tree/e.txt'), 'utf8'), 'x');
  assert.is((await stat(join(folder, 'a/b/c.txt'))).nlink, 2);
  assert.is((await stat(join(folder, 'a/b'))).mode & 0o777, 0o755);
  assert.equal(await readContents(`${folder}2`), [{ name: 'tree/e.txt', size: 1 }]);
});

drafts('names a file after its content', async ({ cache, folder }) => {
  const draft = await createDraft(cache, folder);
  for (const text of ['x', 'yy', 'x']) await draft.writeUnnamed(toChunks(text), () => `file-${text}`);
  await draft.commit();
  assert.equal((await readdir(folder)).sort(), ['contents.json', 'file-x', 'file-yy']);
  assert.is((await readContents(folder))?.find(({ name }) => name === 'file-yy')?.size, 2);
});

for (const name of ['../a', 'a/../b', 'a//b', 'a/', '..', '.', '', '/a', 'a\0']) {
  drafts(`refuses the file name ${JSON.stringify(name)}`, async ({ cache, folder }) => {
    const draft = await createDraft(cache, folder);
    const error = await draft.write({ name, size: 0 }, toChunks('')).catch((error: Error) => error);
    assert.match((error as Error).message, /not a file name/);
    await draft.discard();
  });
}

drafts.run();

const entries = suite('readEntry');
entries('is null for what is not there', async () => assert.is(await readEntry('/nonexistent/entry.json'), null));
entries.run();
