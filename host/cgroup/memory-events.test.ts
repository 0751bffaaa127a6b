import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readOomKills } from './cgroupfs.ts';
import { watchMemoryEvents } from './memory-events.ts';
import type { Cgroup } from './path.ts';

const fake = suite<{ directory: string; cgroup: Cgroup }>('watchMemoryEvents');

// Files stand in for cgroup v2, which this machine may not have.
fake.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'events-'));
  context.cgroup = { version: 2, directories: { unified: context.directory } };
  writeFileSync(join(context.directory, 'memory.events'), 'oom_kill 0\n');
});
fake.after.each(({ directory }) => rmSync(directory, { recursive: true }));

fake('calls back when the counters change', async ({ directory, cgroup }) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = watchMemoryEvents(cgroup, resolve);
  const alive = setTimeout(() => {}, 10_000);
  writeFileSync(join(directory, 'memory.events'), 'oom_kill 1\n');
  await promise;
  clearTimeout(alive);
  stop();
  assert.is(readFileSync(join(directory, 'memory.events'), 'utf8'), 'oom_kill 1\n');
  assert.is(await readOomKills(cgroup), 1n);
});

fake('does nothing where there is nothing to watch', ({ directory }) => {
  watchMemoryEvents({ version: 2, directories: { unified: join(directory, 'none') } }, assert.unreachable)();
  watchMemoryEvents({ version: 1, directories: { memory: directory } }, assert.unreachable)();
});

fake.run();
