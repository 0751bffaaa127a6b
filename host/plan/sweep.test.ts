import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FileLock } from './file-lock.ts';
import { claimSweep, type Presence, sweepCache } from './sweep.ts';
import { type ImageIdentity, lockOfSweep, recordUse, usesFolder } from './use.ts';

type Context = { cache: string };

const HOUR_MS = 3600 * 1000;

const sweeping = suite<Context>('sweepCache');

sweeping.before.each(async (context) => {
  context.cache = await mkdtemp(join(tmpdir(), 'sweep-'));
  await mkdir(join(context.cache, 'locks'));
});
sweeping.after.each(({ cache }) => rm(cache, { recursive: true }));

const imageOf = (digest: string): ImageIdentity => ({ address: '/run/c.sock', namespace: 'k8s.io', digest });

/** Makes the folders of an app and the record of its use, last used some time ago; gives the record's lock. */
async function use(
  { cache }: Context,
  name: string,
  { image = imageOf(name) as ImageIdentity | null, folders = [`apps/${name}`], agoMs = 1 } = {},
): Promise<FileLock> {
  for (const folder of folders) await mkdir(join(cache, folder), { recursive: true });
  const lock = await recordUse(cache, [name], { image, inputs: [], app: `apps/${name}`, folders });
  if (lock === null) throw new Error(`cannot record ${name}`);
  const used = new Date(Date.now() - agoMs);
  await utimes(join(usesFolder(cache), name), used, used);
  return lock;
}

/** The same for a container that has ended. */
async function useAndEnd(...args: Parameters<typeof use>): Promise<void> {
  (await use(...args))[Symbol.dispose]();
}

const all = (presence: Presence) => async (): Promise<Presence> => presence;

sweeping('removes what only images that are gone need', async (context) => {
  await useAndEnd(context, 'gone', { folders: ['apps/gone', 'components/shared', 'components/own', 'artifacts/gone'] });
  await useAndEnd(context, 'there', { folders: ['apps/there', 'components/shared'] });
  const asked: ImageIdentity[] = [];
  const removed = await sweepCache(context.cache, async (image) => {
    asked.push(image);
    return image.digest === 'gone' ? 'absent' : 'present';
  });
  assert.equal(removed, ['apps/gone', 'components/own', 'artifacts/gone']);
  assert.equal(await readdir(join(context.cache, 'components')), ['shared']);
  assert.equal(await readdir(usesFolder(context.cache)), ['there']);
  assert.equal(
    asked.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
    [imageOf('gone'), imageOf('there')],
  );
});

sweeping('keeps what a container runs, whatever became of its image', async (context) => {
  using _ = await use(context, 'running', { agoMs: 1000 * HOUR_MS });
  assert.equal(await sweepCache(context.cache, all('absent')), []);
});

const ages: readonly (readonly [Presence, number, boolean])[] = [
  ['present', 6 * 24 * HOUR_MS, false],
  ['present', 8 * 24 * HOUR_MS, true],
  ['unknown', 0.5 * HOUR_MS, false],
  ['unknown', 2 * HOUR_MS, true],
];
for (const [presence, agoMs, isRemoved] of ages) {
  const verb = isRemoved ? 'removes' : 'keeps';
  sweeping(
    `${verb} what was last used ${agoMs / HOUR_MS} hours ago and whose image is ${presence}`,
    async (context) => {
      await useAndEnd(context, 'app', { agoMs });
      assert.equal(await sweepCache(context.cache, all(presence)), isRemoved ? ['apps/app'] : []);
    },
  );
}

sweeping('counts an app without an image as one whose image is unknown', async (context) => {
  await useAndEnd(context, 'new', { image: null });
  await useAndEnd(context, 'old', { image: null, agoMs: 2 * HOUR_MS });
  assert.equal(await sweepCache(context.cache, all('present')), ['apps/old']);
});

sweeping('removes what has no record, such as what was made before a crash', async ({ cache }) => {
  await mkdir(join(cache, 'plans/lost'), { recursive: true });
  assert.equal(await sweepCache(cache, all('present')), ['plans/lost']);
});

sweeping('removes a record that cannot be read, but nothing at all while a container has it', async (context) => {
  const lock = await use(context, 'app');
  await writeFile(join(usesFolder(context.cache), 'app'), '{');
  assert.equal(await sweepCache(context.cache, all('absent')), []);
  lock[Symbol.dispose]();
  assert.equal(await sweepCache(context.cache, all('absent')), ['apps/app']);
});

sweeping('keeps what is used again while it asks', async (context) => {
  await useAndEnd(context, 'app', { agoMs: HOUR_MS });
  const removed = await sweepCache(context.cache, async () => {
    await useAndEnd(context, 'app');
    return 'absent';
  });
  assert.equal(removed, []);
});

sweeping('waits for containers that are being created', async (context) => {
  await useAndEnd(context, 'app');
  const creating = await FileLock.take(lockOfSweep(context.cache), 'shared', 0);
  const sweep = sweepCache(context.cache, all('absent'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok((await stat(join(context.cache, 'apps/app'))).isDirectory());
  creating?.[Symbol.dispose]();
  assert.equal(await sweep, ['apps/app']);
});

sweeping('leaves nothing behind', async (context) => {
  await useAndEnd(context, 'app');
  await sweepCache(context.cache, all('absent'));
  assert.equal(await readdir(join(context.cache, 'tmp')), []);
});

sweeping.run();

const claiming = suite<Context>('claimSweep');

claiming.before.each(async (context) => {
  context.cache = await mkdtemp(join(tmpdir(), 'sweep-'));
});
claiming.after.each(({ cache }) => rm(cache, { recursive: true }));

claiming('is given once an hour', async ({ cache }) => {
  assert.is(await claimSweep(cache), true);
  assert.is(await claimSweep(cache), false);
  const before = new Date(Date.now() - HOUR_MS);
  await utimes(join(cache, 'swept'), before, before);
  assert.is(await claimSweep(cache), true);
});

claiming('is not given where nothing can be written', async ({ cache }) => {
  assert.is(await claimSweep(join(cache, 'nothing')), false);
});

claiming.run();
