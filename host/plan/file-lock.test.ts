import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FileLock } from './file-lock.ts';

const locks = suite<{ folder: string; path: string }>('FileLock');

locks.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'lock-'));
  context.path = join(context.folder, 'lock');
});
locks.after.each(({ folder }) => rm(folder, { recursive: true }));

locks('lets several share a file, and nobody have it alone meanwhile', async ({ path }) => {
  using one = await FileLock.take(path, 'shared', 0);
  using two = await FileLock.take(path, 'shared', 0);
  assert.ok(one && two);
  assert.is(FileLock.tryTake(path, 'exclusive'), null);
});

locks('waits until another gives it back', async ({ path }) => {
  const first = await FileLock.take(path, 'exclusive', 0);
  const second = FileLock.take(path, 'exclusive', 10_000);
  first?.[Symbol.dispose]();
  using taken = await second;
  assert.ok(taken);
});

locks('waits no longer than it is told to', async ({ path }) => {
  using _ = await FileLock.take(path, 'exclusive', 0);
  assert.is(await FileLock.take(path, 'exclusive', 30), null);
});

locks('closes a file once, whoever has its descriptor by then', async ({ path }) => {
  const first = await FileLock.take(path, 'exclusive', 0);
  first?.[Symbol.dispose]();
  using second = await FileLock.take(path, 'exclusive', 0);
  assert.is(second?.descriptor, first?.descriptor);
  first?.[Symbol.dispose]();
  assert.is(FileLock.tryTake(path, 'shared'), null);
});

locks('is given back by the kernel when its process is killed', async ({ path }) => {
  const room = new URL('file-lock.ts', import.meta.url).pathname;
  const script = `
    const { FileLock } = await import(${JSON.stringify(room)});
    globalThis.lock = await FileLock.take(${JSON.stringify(path)}, 'exclusive', 0);
    setInterval(() => {}, 1000);
    console.log('locked');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  assert.is(FileLock.tryTake(path, 'shared'), null);
  child.kill('SIGKILL');
  await exited;
  using taken = await FileLock.take(path, 'exclusive', 10_000);
  assert.ok(taken);
});

locks('takes no file that is not there, and makes none where it cannot', async ({ folder, path }) => {
  assert.is(FileLock.tryTake(path, 'shared'), null);
  assert.is(await FileLock.take(join(folder, 'nothing/lock'), 'shared', 0), null);
});

locks.run();
