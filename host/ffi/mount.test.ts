import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mount, unmount } from './mount.ts';

/** `f_type` of a tmpfs, statfs(2). */
const TMPFS_MAGIC = 0x01021994;

type Folder = { directory: string };

const mounts = suite<Folder>('unmount');

mounts.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'ffi-mount-'));
});
mounts.after.each(({ directory }) => rmSync(directory, { recursive: true }));

mounts('takes down what mount put there', async ({ directory }) => {
  mount('none', directory, 'tmpfs', 0, 'size=1m');
  assert.is(statfsSync(directory).type, TMPFS_MAGIC);
  await unmount(directory);
  assert.is(statfsSync(directory).type === TMPFS_MAGIC, statfsSync(tmpdir()).type === TMPFS_MAGIC);
  assert.not.match(readFileSync('/proc/self/mountinfo', 'utf8'), directory);
});

mounts('lets the event loop turn meanwhile', async ({ directory }) => {
  mount('none', directory, 'tmpfs', 0, '');
  let hasTurned = false;
  setImmediate(() => {
    hasTurned = true;
  });
  await unmount(directory);
  assert.ok(hasTurned);
});

mounts('does nothing where nothing is mounted, or nothing exists', async ({ directory }) => {
  await unmount(directory);
  await unmount(join(directory, 'none'));
});

mounts.run();

const failures = suite('mount');

failures('fails as Node itself would', () => {
  try {
    mount('none', '/does/not/exist', 'tmpfs', 0, '');
    assert.unreachable();
  } catch (error) {
    const { code, syscall, path } = error as NodeJS.ErrnoException;
    assert.equal([code, syscall, path], ['ENOENT', 'mount', '/does/not/exist']);
    assert.match((error as Error).message, 'ENOENT: no such file or directory, mount "/does/not/exist"');
  }
});

failures.run();
