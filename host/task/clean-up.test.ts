import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CRI_SANDBOX_ID } from '../bundle/annotations.ts';
import { CONTAINERD_ADDRESS, RealTasks } from '../testing/real-tasks.ts';
import { until } from '../testing/until.ts';
import { cleanUp } from './clean-up.ts';

type Open = { tasks: RealTasks; open: (script: string) => Promise<RealTasks> };

const cleaning = suite<Open>('cleanUp');

cleaning.before.each((context) => {
  context.open = async (script) => {
    context.tasks = await RealTasks.open(script);
    return context.tasks;
  };
});
cleaning.after.each(({ tasks }) => tasks.close());

function clean(tasks: RealTasks, id = tasks.id, bundle = tasks.bundle.bundle): ReturnType<typeof cleanUp> {
  const invocation = { environment: tasks.environment };
  return cleanUp({ namespace: 'test', id, bundle, containerdAddress: CONTAINERD_ADDRESS, invocation });
}

/** The folder of a group's records. */
function recordsOf(tasks: RealTasks, groupId: string): string {
  return join(tasks.bundle.root, 'state', encodeURIComponent(CONTAINERD_ADDRESS), 'test/tasks', groupId);
}

/** Makes a container look as if the shim that made it had died. */
function orphan(tasks: RealTasks, groupId = tasks.id): void {
  const path = join(recordsOf(tasks, groupId), `${tasks.id}.json`);
  const record = JSON.parse(readFileSync(path, 'utf8')) as { shim: object };
  writeFileSync(path, JSON.stringify({ ...record, shim: { ...record.shim, startTime: '1' } }));
}

async function assertGone(tasks: RealTasks): Promise<void> {
  assert.equal(await tasks.bundle.processes(), []);
  assert.equal(await tasks.bundle.cgroups(), []);
  assert.not.match(readFileSync('/proc/self/mountinfo', 'utf8'), tasks.bundle.mark);
  const state = readdirSync(join(tasks.bundle.root, 'state'), { recursive: true, encoding: 'utf8' });
  assert.not.ok(
    state.some((name) => name.includes(tasks.id)),
    state.join(' '),
  );
}

cleaning('ends a running container of a dead shim, and everything that it had', async ({ open }) => {
  const tasks = await open('sleep 1000 & sleep 1000');
  const pid = await tasks.run();
  orphan(tasks);
  const response = await clean(tasks);
  assert.equal([response.pid, response.exitStatus], [pid, 137]);
  assert.ok((response.exitedAt?.seconds ?? 0n) > 0n);
  await assertGone(tasks);
});

cleaning('ends a frozen container, too', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.run();
  await tasks.service.pause({ id: tasks.id });
  orphan(tasks);
  await clean(tasks);
  await assertGone(tasks);
});

cleaning('ends a container that was not started', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.create();
  orphan(tasks);
  await clean(tasks);
  await assertGone(tasks);
});

cleaning('gives the exit that the shim has seen', async ({ open }) => {
  const tasks = await open('exit 5');
  await tasks.run();
  await tasks.wait();
  orphan(tasks);
  assert.is((await clean(tasks)).exitStatus, 5);
  await assertGone(tasks);
});

cleaning('leaves a container alone whose shim is alive', async ({ open }) => {
  const tasks = await open('sleep 1000');
  const pid = await tasks.run();
  await clean(tasks);
  assert.ok(existsSync(`/proc/${pid}`));
  assert.is((await tasks.service.state({ id: tasks.id, execId: '' })).status, 2);
});

cleaning('does nothing the second time, nor for a container that never was', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.run();
  orphan(tasks);
  await clean(tasks);
  assert.is((await clean(tasks)).exitStatus, 137);
  const response = await clean(tasks, 'other', join(tasks.bundle.root, 'no-bundle'));
  assert.equal([response.pid, response.exitStatus], [0, 137]);
});

cleaning('unmounts the image of a container of which nothing was written down', async ({ open }) => {
  const tasks = await open('true');
  await tasks.run();
  await tasks.wait();
  rmSync(recordsOf(tasks, tasks.id), { recursive: true });
  await clean(tasks);
  assert.not.match(readFileSync('/proc/self/mountinfo', 'utf8'), tasks.bundle.mark);
});

cleaning('ends a container whose bundle is gone', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.run();
  orphan(tasks);
  renameSync(join(tasks.bundle.bundle, 'config.json'), join(tasks.bundle.root, 'elsewhere'));
  await clean(tasks, tasks.id, join(tasks.bundle.root, 'none'));
  await assertGone(tasks);
});

cleaning('ends the other containers of a pod sandbox, whatever else is there', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.bundle.change({ annotations: { [CRI_SANDBOX_ID]: 'sandbox' } });
  await tasks.run();
  orphan(tasks, 'sandbox');
  const bundle = join(tasks.bundle.root, 'none');
  // A process that has just been started has no command line for a moment.
  await until('it runs', async () => (await tasks.bundle.processes()).length === 1);
  await clean(tasks, 'unrelated', bundle);
  assert.is((await tasks.bundle.processes()).length, 1);
  writeFileSync(join(recordsOf(tasks, 'sandbox'), 'damaged.json'), '{');
  await clean(tasks, 'sandbox', bundle);
  await assertGone(tasks);
});

cleaning.run();
