import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isRootfsDirectory, openRootfsFile } from './rootfs.ts';

type Context = { folder: string; root: string };

/** A rootfs with links of every kind, beside a file that no path of the image may reach. */
async function createRootfs(context: Context): Promise<void> {
  context.folder = await mkdtemp(join(tmpdir(), 'rootfs-'));
  const root = join(context.folder, 'root');
  context.root = root;
  await mkdir(join(root, 'a/b'), { recursive: true });
  await writeFile(join(context.folder, 'outside'), 'outside');
  await writeFile(join(root, 'outside'), 'inside');
  await writeFile(join(root, 'a/file'), 'file');
  await symlink('/a/file', join(root, 'absolute'));
  await symlink('../../../../a/file', join(root, 'a/b/up'));
  await symlink('../outside', join(root, 'escape'));
  await symlink(join(context.folder, 'outside'), join(root, 'escape-absolute'));
  await symlink('a/b', join(root, 'directory'));
  await symlink('loop', join(root, 'loop'));
  await symlink('nowhere', join(root, 'dangling'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
}

const opening = suite<Context>('openRootfsFile');
opening.before(createRootfs);
opening.after(({ folder }) => rm(folder, { recursive: true, force: true }));

const found: [path: string, content: string][] = [
  ['/a/file', 'file'],
  ['a/file', 'file'],
  ['//a/.//file', 'file'],
  ['/a/b/../file', 'file'],
  ['/../../a/file', 'file'],
  ['/absolute', 'file'],
  ['/a/b/up', 'file'],
  ['/directory/up', 'file'],
  ['/directory/../file', 'file'],
  ['/escape', 'inside'],
];
for (const [path, content] of found) {
  opening(`opens ${path} as the image means it`, async ({ root }) => {
    const { handle, size } = await openRootfsFile(root, path);
    try {
      assert.is(await handle.readFile('utf8'), content);
      assert.is(size, content.length);
    } finally {
      await handle.close();
    }
  });
}

const refused: [path: string, code: string][] = [
  ['/nothing', 'ENOENT'],
  ['/dangling', 'ENOENT'],
  ['/escape-absolute', 'ENOENT'],
  ['/a/file/x', 'ENOTDIR'],
  ['/loop', 'ELOOP'],
  ['/a', 'EISDIR'],
  ['/', 'EISDIR'],
  ['/fifo', 'EISDIR'],
];
for (const [path, code] of refused) {
  opening(`refuses ${path} with ${code}`, async ({ root }) => {
    const error = await openRootfsFile(root, path).catch((error: NodeJS.ErrnoException) => error);
    assert.is((error as NodeJS.ErrnoException).code, code);
  });
}

opening('leaves what is outside alone', async ({ folder }) => {
  assert.is(await readFile(join(folder, 'outside'), 'utf8'), 'outside');
});

opening('works in a rootfs that is itself behind a link', async ({ folder, root }) => {
  await symlink(root, join(folder, 'link'));
  const { handle } = await openRootfsFile(join(folder, 'link'), '/absolute');
  await handle.close();
});

opening.run();

const directory = suite<Context>('isRootfsDirectory');
directory.before(createRootfs);
directory.after(({ folder }) => rm(folder, { recursive: true, force: true }));

for (const [path, expected] of [
  ['a', true],
  ['/', true],
  ['directory', true],
  ['..', true],
  ['a/file', false],
  ['nothing', false],
  ['loop', false],
] as const) {
  directory(`${path} ${expected ? 'is one' : 'is none'}`, async ({ root }) => {
    assert.is(await isRootfsDirectory(root, path), expected);
  });
}

directory.run();
