// An OCI runtime that fails or dies at a chosen moment: what it has made is removed, what it has not done can be tried again, and nobody
// waits for ever.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Options } from '../gen/containerd.runc.v1.ts';
import { packAny } from '../protobuf/any.ts';
import { RealTasks } from '../testing/real-tasks.ts';
import { until } from '../testing/until.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';

type Open = { tasks: RealTasks; open: (command: string, failure: string) => Promise<RealTasks> };

const failures = suite<Open>('an OCI runtime that fails');
let options = packAny(Options, {});

failures.before.each((context) => {
  // At the first call of `command` the script does `failure`, with the arguments at hand.
  context.open = async (command, failure) => {
    const tasks = await RealTasks.open('sleep 1000');
    context.tasks = tasks;
    const binaryName = join(tasks.bundle.root, 'failing-runc');
    const isFirst = `case " $* " in *" ${command} "*) mkdir ${binaryName}.done 2>/dev/null && { ${failure}; };; esac`;
    await writeFile(binaryName, `#!/bin/sh\n${isFirst}\nexec runc "$@"\n`);
    await chmod(binaryName, 0o755);
    options = packAny(Options, { binaryName });
    return tasks;
  };
});
failures.after.each(({ tasks }) => tasks.close());

async function failureOf(promise: Promise<unknown>): Promise<{ code: Code; message: string }> {
  return promise.then(() => ({ code: Code.OK, message: '' }), statusFromError);
}

async function assertNothingLeft({ bundle, warnings }: RealTasks): Promise<void> {
  await until('its processes are gone', async () => (await bundle.processes()).length === 0);
  assert.equal(await bundle.cgroups(), []);
  assert.not.match(readFileSync('/proc/self/mountinfo', 'utf8'), bundle.mark);
  assert.equal(listFiles(join(bundle.root, 'state')), []);
  assert.equal(warnings, []);
}

function listFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Ways not to create a container. `$mark` is in the path of its cgroup, below the root (version 2) or a hierarchy's folder (version 1). */
const creations: readonly (readonly [string, string, RegExp])[] = [
  ['is killed before it has begun', 'kill -9 $$', /cannot create: ended with SIGKILL/],
  ['fails when it is done', 'runc "$@"; exit 1', /cannot create: ended with 1/],
  ['is killed when it is done', 'runc "$@"; kill -9 $$', /cannot create: ended with SIGKILL/],
  [
    'is killed as soon as there is a cgroup',
    'runc "$@" & until ls -d /sys/fs/cgroup/$mark || ls -d /sys/fs/cgroup/*/$mark; do :; done >/dev/null 2>&1; kill -9 $! $$',
    /cannot create: ended with SIGKILL/,
  ],
  ['leaves no pid', 'runc "$@"; while [ "$1" != --pid-file ]; do shift; done; rm $2; exit 0', /init\.pid/],
];

for (const [what, script, message] of creations) {
  failures(`to create, because it ${what}, leaves nothing behind`, async ({ open }) => {
    const tasks = await open('create', `mark=$(basename $(dirname $0)); ${script}`);
    assert.match((await failureOf(tasks.create({ options }))).message, message);
    await assertNothingLeft(tasks);
    await tasks.run({ options });
    await tasks.kill();
    assert.is(await tasks.wait(), 137);
    await tasks.delete();
    assert.equal(tasks.events, ['TaskCreate', 'TaskStart', 'TaskExit', 'TaskDelete']);
  });
}

for (const [what, script] of [
  ['is killed', 'kill -9 $$'],
  ['fails when it is done', 'runc "$@"; exit 1'],
] as const) {
  failures(`to start, because it ${what}, leaves a container that can be deleted`, async ({ open }) => {
    const tasks = await open('start', script);
    const pid = await tasks.create({ options });
    assert.match((await failureOf(tasks.service.start({ id: tasks.id, execId: '' }))).message, /cannot start/);
    assert.is((await tasks.service.state({ id: tasks.id, execId: '' })).status, 1);
    assert.ok(existsSync(`/proc/${pid}`));
    await tasks.delete();
    assert.equal(tasks.events, ['TaskCreate', 'TaskExit', 'TaskDelete']);
    await assertNothingLeft(tasks);
  });
}

failures('to run another process, says so to whoever waits for it', async ({ open }) => {
  const tasks = await open('exec', 'runc "$@" & kill -9 $! $$');
  await tasks.run({ options });
  assert.match((await failureOf(tasks.exec('e', { args: ['/bin/true'] }))).message, /cannot exec/);
  assert.is(await tasks.wait('e'), 255);
  await tasks.delete('e');
  await tasks.exec('f', { args: ['/bin/sh', '-c', 'exit 3'] });
  assert.is(await tasks.wait('f'), 3);
});

for (const [what, script] of [
  ['is killed', 'kill -9 $$'],
  ['fails', 'exit 1'],
  ['is killed half-way', 'runc "$@" & kill -9 $! $$'],
] as const) {
  failures(`to delete, because it ${what}, can be asked again`, async ({ open }) => {
    const tasks = await open('delete', script);
    await tasks.run({ options });
    await tasks.kill();
    assert.is(await tasks.wait(), 137);
    assert.match((await failureOf(tasks.delete())).message, /cannot delete/);
    assert.is((await tasks.service.state({ id: tasks.id, execId: '' })).status, 3);
    await tasks.delete();
    assert.equal(tasks.events, ['TaskCreate', 'TaskStart', 'TaskExit', 'TaskDelete']);
    await assertNothingLeft(tasks);
  });
}

failures.run();
