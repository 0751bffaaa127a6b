// A full disk, in turn below everything that is written for a container: what cannot be made is refused and leaves nothing behind, what
// runs is told of truthfully and can be removed.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mount } from '../ffi/mount.ts';
import { RealTasks } from '../testing/real-tasks.ts';
import { until } from '../testing/until.ts';
import { statusFromError } from '../ttrpc/status.ts';

const NO_SPACE = /ENOSPC|no space left on device/i;

const disks = suite<{ tasks: RealTasks }>('a full disk');

disks.before.each(async (context) => {
  context.tasks = await RealTasks.open('sleep 1000');
});
disks.after.each(({ tasks }) => tasks.close());

/** Mounts a small file system on a folder, which is then empty. */
async function mountSmall(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  mount('tmpfs', folder, 'tmpfs', 0, 'size=128k');
}

/** Fills a folder's file system; gives what makes room again. */
async function fill(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'filler');
  const file = await open(path, 'w');
  try {
    for (;;) await file.write(new Uint8Array(4096));
  } catch (error) {
    assert.is((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    await file.close();
  }
  return () => rm(path);
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'success',
    (error) => statusFromError(error).message,
  );
}

async function assertRuns(tasks: RealTasks): Promise<void> {
  await tasks.run();
  await tasks.kill();
  assert.is(await tasks.wait(), 137);
  await tasks.delete();
}

for (const [what, folderOf] of [
  ['the state', ({ bundle }) => join(bundle.root, 'state')],
  ['the bundle', ({ bundle }) => bundle.bundle],
] as const satisfies readonly (readonly [string, (tasks: RealTasks) => string])[]) {
  disks(`below ${what} keeps a container from being created, and is not made fuller`, async ({ tasks }) => {
    const folder = folderOf(tasks);
    await mountSmall(folder);
    await tasks.bundle.write();
    const makeRoom = await fill(folder);
    assert.match(await messageOf(tasks.create()), NO_SPACE);
    assert.equal(await tasks.bundle.processes(), []);
    assert.equal(await tasks.bundle.cgroups(), []);
    assert.not.match(readFileSync('/proc/self/mountinfo', 'utf8'), join(tasks.bundle.bundle, 'rootfs'));
    await makeRoom();
    await assertRuns(tasks);
  });
}

disks('below the state keeps no exit from being told, and no container from being removed', async ({ tasks }) => {
  const folder = join(tasks.bundle.root, 'state');
  await mountSmall(folder);
  const pid = await tasks.run();
  await fill(folder);
  await tasks.kill();
  assert.is(await tasks.wait(), 137);
  await tasks.delete();
  assert.equal(tasks.events, ['TaskCreate', 'TaskStart', 'TaskExit', 'TaskDelete']);
  assert.equal(tasks.warnings, ['cannot write the exit down']);
  assert.not.ok(existsSync(`/proc/${pid}`));
  assert.equal(await tasks.bundle.cgroups(), []);
});

disks(
  'below the bundle is said to whoever runs another process, and leaves the container running',
  async ({ tasks }) => {
    const { bundle } = tasks.bundle;
    await mountSmall(bundle);
    await tasks.bundle.write();
    await tasks.run();
    const makeRoom = await fill(bundle);
    assert.match(await messageOf(tasks.exec('e', { args: ['/bin/true'] })), NO_SPACE);
    assert.is(await tasks.wait('e'), 255);
    await tasks.delete('e');
    await makeRoom();
    await tasks.exec('f', { args: ['/bin/sh', '-c', 'exit 3'] });
    assert.is(await tasks.wait('f'), 3);
    await until('it is over', async () => (await tasks.bundle.processes()).length === 1);
  },
);

disks.run();
