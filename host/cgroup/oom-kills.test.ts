import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OomKills } from './oom-kills.ts';

type Folders = { slice: string; scope: string; kills: OomKills };

const fake = suite<Folders>('OomKills');
const write = (folder: string, count: number) => writeFileSync(join(folder, 'memory.events'), `oom_kill ${count}\n`);

// Files stand in for cgroup v2, which this machine may not have.
fake.before.each((context) => {
  context.slice = join(mkdtempSync(join(tmpdir(), 'oom-')), 'pod.slice');
  context.scope = join(context.slice, 'a.scope');
  mkdirSync(context.scope, { recursive: true });
  write(context.slice, 3);
  write(context.scope, 0);
  context.kills = new OomKills({ version: 2, directories: { unified: context.scope } });
});
fake.after.each(({ slice }) => rmSync(join(slice, '..'), { recursive: true }));

fake("gives the container's own count, whatever its neighbours have", async ({ slice, scope, kills }) => {
  assert.is(await kills.count(), 0n);
  write(scope, 1);
  write(slice, 7);
  assert.is(await kills.count(true), 1n);
});

fake('takes a kill that the slice has counted since for that of a container whose cgroup is gone', async (folders) => {
  const { slice, scope, kills } = folders;
  await kills.count();
  write(slice, 4);
  rmSync(scope, { recursive: true });
  assert.is(await kills.count(), 0n);
  assert.is(await kills.count(true), 1n);
  assert.is(await kills.count(true), 1n);
});

fake('counts no kill when the slice has counted none, or was not asked before', async ({ slice, scope, kills }) => {
  rmSync(scope, { recursive: true });
  assert.is(await kills.count(true), 0n);
  mkdirSync(scope);
  write(scope, 0);
  await kills.count();
  rmSync(slice, { recursive: true });
  assert.is(await kills.count(true), 0n);
  mkdirSync(slice);
});

fake.run();
