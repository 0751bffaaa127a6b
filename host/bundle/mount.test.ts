import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StatusError } from '../ttrpc/status.ts';
import { mountPointsBelow, mountRootfs, unmountAll } from './mount.ts';
import { MAX_DATA_BYTES } from './mount-options.ts';

type Folder = { directory: string; rootfs: string };

function mountsIn({ directory }: Folder): string[] {
  return mountPointsBelow(readFileSync('/proc/self/mountinfo', 'utf8'), directory);
}

const mounting = suite<Folder>('mountRootfs');

mounting.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'mount test '));
  context.rootfs = join(context.directory, 'rootfs');
});
mounting.after.each(async ({ directory }) => {
  await unmountAll(directory);
  rmSync(directory, { recursive: true });
});

mounting('binds a folder read-only', async ({ directory, rootfs }) => {
  await mkdir(join(directory, 'image'));
  writeFileSync(join(directory, 'image/file'), 'text');
  await mountRootfs([{ type: 'bind', source: join(directory, 'image'), target: '', options: ['rbind', 'ro'] }], rootfs);
  assert.is(readFileSync(join(rootfs, 'file'), 'utf8'), 'text');
  assert.throws(() => writeFileSync(join(rootfs, 'other'), ''), /EROFS/);
});

mounting('mounts in order and below the root', async ({ rootfs }) => {
  const tmpfs = { type: 'tmpfs', source: 'tmpfs', options: ['mode=755'] };
  await mountRootfs([{ ...tmpfs, target: '' }], rootfs);
  await mkdir(join(rootfs, 'inner'));
  await mountRootfs([{ ...tmpfs, target: 'inner' }], rootfs);
  await unmountAll(rootfs);
  assert.not.ok(existsSync(join(rootfs, 'inner')));
});

mounting('mounts more layers than fit in one page of options', async (context) => {
  const { directory, rootfs } = context;
  await mountRootfs([{ type: 'tmpfs', source: 'tmpfs', target: '', options: [] }], join(directory, 'disk'));
  const layers = Array.from({ length: 90 }, (_, index) => join(directory, 'disk', `layer-${'x'.repeat(20)}-${index}`));
  for (const layer of layers) await mkdir(layer);
  writeFileSync(join(layers[89] ?? '', 'lowest'), '');
  const options = [`lowerdir=${layers.join(':')}`];
  assert.ok((options[0]?.length ?? 0) > MAX_DATA_BYTES);
  await mountRootfs([{ type: 'overlay', source: 'overlay', target: '', options }], rootfs);
  assert.ok(existsSync(join(rootfs, 'lowest')));
});

mounting('gives the files of a bind mount and of every lower layer to other users', async ({ directory, rootfs }) => {
  const layers = ['upper', 'work', 'first', 'second'].map((name) => join(directory, 'disk', name));
  const [upper = '', work = '', ...lower] = layers;
  await mountRootfs([{ type: 'tmpfs', source: 'tmpfs', target: '', options: [] }], join(directory, 'disk'));
  for (const layer of layers) await mkdir(layer);
  for (const layer of lower) writeFileSync(join(layer, layer.slice(-5)), '');
  const ids = ['uidmap=0:100000:1000,1000:300000:5', 'gidmap=0:200000:1000'];
  const ownersOf = (...names: readonly string[]) =>
    names.map((name) => statSync(join(rootfs, name))).map(({ uid, gid }) => [uid, gid]);
  const options = [`lowerdir=${lower.join(':')}`, `upperdir=${upper}`, `workdir=${work}`, ...ids];
  await mountRootfs([{ type: 'overlay', source: 'overlay', target: '', options }], rootfs);
  const mapped = [100_000, 200_000];
  assert.equal(ownersOf('first', 'econd'), [mapped, mapped]);
  await unmountAll(rootfs);
  const bind = { type: 'bind', source: lower[0] ?? '', target: '', options: ['rbind', 'ro', ...ids] };
  await mountRootfs([bind], rootfs);
  assert.equal(ownersOf('first'), [mapped]);
  assert.throws(() => writeFileSync(join(rootfs, 'other'), ''), /EROFS|EOVERFLOW/);
  // Nothing stays mounted beside it, and no process waits.
  assert.is(mountsIn({ directory, rootfs }).length, 2);
  assert.not.match(readFileSync('/proc/self/mountinfo', 'utf8'), / \S*\/mapped-\w+\//);
});

mounting('unmounts what it mounted when a later mount fails, and names the one that failed', async (context) => {
  const { rootfs } = context;
  const good = { type: 'tmpfs', source: 'tmpfs', target: '', options: [] };
  const bad = { type: 'no-such-type', source: 'thing', target: '', options: [] };
  const error = await mountRootfs([good, bad], rootfs).catch((reason: unknown) => reason);
  assert.instance(error, StatusError);
  assert.match((error as Error).message, /cannot mount no-such-type "thing" on ".*": ENODEV/);
  assert.equal(mountsIn(context), []);
});

mounting.run();

const unmounting = suite<Folder>('unmountAll');

unmounting.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'unmount-'));
  context.rootfs = join(context.directory, 'rootfs');
});
unmounting.after.each(({ directory }) => rmSync(directory, { recursive: true }));

unmounting('does nothing where nothing is mounted or nothing exists', async ({ rootfs }) => {
  await unmountAll(rootfs);
});

unmounting('takes down mounts on mounts, innermost first', async (context) => {
  const tmpfs = { type: 'tmpfs', source: 'tmpfs', target: '', options: [] };
  await mountRootfs([tmpfs, tmpfs], context.rootfs);
  await mountRootfs([tmpfs], join(context.rootfs, 'a/b'));
  assert.is(mountsIn(context).length, 3);
  await unmountAll(context.rootfs);
  assert.equal(mountsIn(context), []);
});

unmounting('detaches a mount that is in use', async (context) => {
  await mountRootfs([{ type: 'tmpfs', source: 'tmpfs', target: '', options: [] }], context.rootfs);
  const before = process.cwd();
  process.chdir(context.rootfs);
  try {
    await unmountAll(context.rootfs);
    assert.equal(mountsIn(context), []);
  } finally {
    process.chdir(before);
  }
});

unmounting.run();
