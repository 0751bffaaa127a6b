import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Options } from '../gen/containerd.runc.v1.ts';
import { Metrics as MetricsV1 } from '../gen/io.containerd.cgroups.v1.ts';
import { Metrics as MetricsV2 } from '../gen/io.containerd.cgroups.v2.ts';
import { packAny, unpackAny } from '../protobuf/any.ts';
import { packJson, RealTasks } from '../testing/real-tasks.ts';
import { until } from '../testing/until.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';

type Open = { tasks: RealTasks; open: (script: string, configuration?: string) => Promise<RealTasks> };

const containers = suite<Open>('a real container');

containers.before.each((context) => {
  context.open = async (script, configuration) => {
    context.tasks = await RealTasks.open(script, configuration);
    return context.tasks;
  };
});
containers.after.each(async ({ tasks }) => {
  await tasks.close();
  assert.equal(await tasks.bundle.processes(), []);
});

async function failureOf(promise: Promise<unknown>): Promise<{ code: Code; message: string }> {
  return promise.then(() => ({ code: Code.OK, message: '' }), statusFromError);
}

function written(tasks: RealTasks): string {
  return readFileSync(tasks.output, 'utf8');
}

containers('runs, ends and leaves nothing behind', async ({ open }) => {
  const tasks = await open('echo out; echo err >&2; exit 3');
  await tasks.run();
  assert.is(await tasks.wait(), 3);
  assert.is(written(tasks), 'out\nerr\n');
  await tasks.delete();
  assert.equal(tasks.events, ['TaskCreate', 'TaskStart', 'TaskExit', 'TaskDelete']);
  assert.equal(tasks.warnings, []);
  assert.not.match(readFileSync('/proc/self/mountinfo', 'utf8'), tasks.bundle.mark);
  assert.equal(await tasks.bundle.cgroups(), []);
  assert.equal(findFiles(join(tasks.bundle.root, 'state')), []);
  assert.equal(readdirSync(tasks.bundle.bundle), ['address', 'config.json', 'init.pid', 'rootfs']);
});

containers('gives the exit of a process that was killed', async ({ open }) => {
  const tasks = await open('trap "exit 9" TERM; echo ready; while :; do sleep 0.02; done');
  await tasks.run();
  await until('the trap is set', () => written(tasks) === 'ready\n');
  await tasks.kill(15);
  assert.is(await tasks.wait(), 9);
  assert.is((await failureOf(tasks.kill(9))).code, Code.NOT_FOUND);
});

containers('runs other processes beside its own', async ({ open }) => {
  const tasks = await open('sleep 1000');
  const pid = await tasks.run();
  const execPid = await tasks.exec('first', {
    args: ['/bin/sh', '-c', 'echo $FOO; exec sleep 1000'],
    env: ['FOO=bar'],
  });
  await until('it has written', () => written(tasks) === 'bar\n');
  const { processes = [] } = await tasks.service.pids({ id: tasks.id });
  assert.equal(processes.map((process) => process.pid).sort(), [pid, execPid].sort());
  await tasks.service.kill({ id: tasks.id, execId: 'first', signal: 9, all: false });
  assert.is(await tasks.wait('first'), 137);
  await tasks.delete('first');
  await tasks.exec('second', { args: ['/bin/sh', '-c', 'exit 6'] });
  assert.is(await tasks.wait('second'), 6);
});

containers('fails an exec of what does not exist, with the reason, and goes on', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.run();
  const { message } = await failureOf(tasks.exec('e', { args: ['/absent'] }));
  assert.match(message, /runc cannot exec: .*"\/absent".*no such file or directory/);
  assert.is(await tasks.wait('e'), 255);
  await tasks.delete('e');
  assert.is((await tasks.service.state({ id: tasks.id, execId: '' })).status, 2);
});

containers('ends its execs with itself, and first', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.run();
  await tasks.exec('e', { args: ['/bin/sleep', '1000'] });
  await tasks.kill(9);
  assert.is(await tasks.wait(), 137);
  assert.is(await tasks.wait('e'), 137);
  assert.equal(tasks.events.slice(-2), ['TaskExit', 'TaskExit']);
});

containers('kills what is left of a container in a pid namespace of others', async ({ open }) => {
  const tasks = await open('sleep 1001 & echo started');
  const { linux } = tasks.bundle.spec;
  const namespaces = (linux?.namespaces ?? []).filter(({ type }) => type !== 'pid');
  await tasks.bundle.change({ linux: { ...linux, namespaces } });
  await tasks.run();
  assert.is(await tasks.wait(), 0);
  assert.equal(await tasks.bundle.processes(), []);
});

containers('reaps orphans that an exec leaves to it', async ({ open }) => {
  const tasks = await open('sleep 1000');
  const { linux } = tasks.bundle.spec;
  const namespaces = (linux?.namespaces ?? []).filter(({ type }) => type !== 'pid');
  await tasks.bundle.change({ linux: { ...linux, namespaces } });
  await tasks.run();
  await tasks.exec('e', { args: ['/bin/sh', '-c', 'sleep 0.1 & true'] });
  await tasks.wait('e');
  await until('no zombie is left', () => childrenInState('Z') === 0);
});

containers('pauses, resumes, and can be killed meanwhile', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.run();
  await tasks.service.pause({ id: tasks.id });
  assert.is((await tasks.service.state({ id: tasks.id, execId: '' })).status, 4);
  await tasks.service.resume({ id: tasks.id });
  await tasks.service.pause({ id: tasks.id });
  await tasks.kill(9);
  assert.is(await tasks.wait(), 137);
});

containers('gets new limits, and tells its usage until it is deleted', async ({ open }) => {
  const tasks = await open('sleep 1000');
  await tasks.run();
  const resources = packJson({ memory: { limit: 64 << 20 }, pids: { limit: 50 } });
  await tasks.service.update({ id: tasks.id, resources, annotations: {} });
  const limitOf = async () => {
    const { stats } = await tasks.service.stats({ id: tasks.id });
    const any = { typeUrl: stats?.typeUrl ?? '', value: stats?.value ?? new Uint8Array() };
    return unpackAny(MetricsV1, any)?.memory?.usage?.limit ?? unpackAny(MetricsV2, any)?.memory?.usageLimit;
  };
  assert.is(await limitOf(), BigInt(64 << 20));
  await tasks.kill(9);
  await tasks.wait();
  assert.is(await limitOf(), BigInt(64 << 20));
});

containers('tells that it was killed for lack of memory', async ({ open }) => {
  const tasks = await open('x=0123456789; while :; do x=$x$x; done');
  const resources = { memory: { limit: 16 << 20, swap: 16 << 20 } };
  await tasks.bundle.change({ linux: { ...tasks.bundle.spec.linux, resources } });
  await tasks.run();
  assert.is(await tasks.wait(), 137);
  assert.equal(tasks.events.slice(-2), ['TaskOOM', 'TaskExit']);
});

containers('reads its input until that is closed, even before the start', async ({ open }) => {
  const tasks = await open('cat; echo end');
  const input = join(tasks.bundle.root, 'input');
  execFileSync('mkfifo', [input]);
  await tasks.create({ stdin: input });
  await tasks.service.closeIO({ id: tasks.id, execId: '', stdin: true });
  await tasks.service.start({ id: tasks.id, execId: '' });
  assert.is(await tasks.wait(), 0);
  assert.is(written(tasks), 'end\n');
});

containers('has a terminal of a given size', async ({ open }) => {
  const tasks = await open('until [ "$(stty size 2>/dev/null)" = "33 99" ]; do sleep 0.02; done; tty');
  await tasks.bundle.change({ process: { ...tasks.bundle.spec.process, terminal: true } });
  await tasks.run({ terminal: true, stderr: '' });
  await tasks.service.resizePty({ id: tasks.id, execId: '', width: 99, height: 33 });
  assert.is(await tasks.wait(), 0);
  await tasks.delete();
  assert.match(written(tasks), /^\/dev\/\S+\r\n$/);
});

containers('whose limit of processes is reached is told of truthfully, and can be removed', async ({ open }) => {
  const tasks = await open('sleep 1000 & sleep 1000 & wait');
  const { linux } = tasks.bundle.spec;
  await tasks.bundle.change({ linux: { ...linux, resources: { pids: { limit: 3 } } } });
  const pid = await tasks.run();
  await until('there are three', async () => (await tasks.service.pids({ id: tasks.id })).processes?.length === 3);
  // Either the OCI runtime or the shell that it starts cannot fork.
  const failure = await failureOf(tasks.exec('e', { args: ['/bin/sh', '-c', '/bin/sleep 0; echo never'] }));
  assert.is.not(await tasks.wait('e'), 0);
  await tasks.delete('e');
  assert.match(failure.message + written(tasks), /can't fork|cannot exec/);
  assert.ok(existsSync(`/proc/${pid}`));
  await tasks.kill(9);
  assert.is(await tasks.wait(), 137);
  await tasks.delete();
  assert.equal(await tasks.bundle.cgroups(), []);
});

containers('is deleted before it was started', async ({ open }) => {
  const tasks = await open('echo never');
  const pid = await tasks.create();
  assert.ok(existsSync(`/proc/${pid}`));
  await tasks.delete();
  assert.equal(tasks.events, ['TaskCreate', 'TaskExit', 'TaskDelete']);
  assert.is(written(tasks), '');
});

containers(
  'runs by another OCI runtime where the request asks for it, and says when there is none',
  async ({ open }) => {
    const tasks = await open('exit 4');
    const options = (binaryName: string) => packAny(Options, { binaryName });
    const { code, message } = await failureOf(tasks.create({ options: options('no-such-runc') }));
    assert.is(code, Code.FAILED_PRECONDITION);
    assert.match(message, /cannot run the OCI runtime "no-such-runc": .*ENOENT; install it or set BinaryName/);
    await tasks.run({ options: options('/usr/sbin/runc') });
    assert.is(await tasks.wait(), 4);
  },
);

const refusals: readonly (readonly [string, Code, RegExp, (tasks: RealTasks) => Promise<unknown>])[] = [
  [
    'its program does not exist',
    Code.INVALID_ARGUMENT,
    /cannot tell what to run: its command "\/absent" is no program/,
    async (tasks) => {
      await tasks.bundle.change({ process: { ...tasks.bundle.spec.process, args: ['/absent'] } });
      return tasks.create();
    },
  ],
  [
    'the OCI runtime refuses it',
    Code.UNKNOWN,
    /runc cannot create: .*no-such-directory/,
    async (tasks) => {
      await tasks.bundle.change({ process: { ...tasks.bundle.spec.process, cwd: '/no-such-directory/\0' } });
      return tasks.create();
    },
  ],
  [
    'its output cannot be opened',
    Code.FAILED_PRECONDITION,
    /cannot open standard I\/O: ENOENT.*missing/,
    (tasks) => tasks.create({ stdout: '/missing/fifo' }),
  ],
  [
    'its image cannot be mounted',
    Code.FAILED_PRECONDITION,
    /cannot mount bind "\/missing"/,
    (tasks) => tasks.create({ rootfs: [{ type: 'bind', source: '/missing', target: '', options: ['bind'] }] }),
  ],
];
for (const [what, code, message, create] of refusals) {
  containers(`is not created and leaves nothing behind when ${what}`, async ({ open }) => {
    const tasks = await open('true');
    const failure = await failureOf(create(tasks));
    assert.match(failure.message, message);
    assert.is(failure.code, code);
    assert.not.match(readFileSync('/proc/self/mountinfo', 'utf8'), tasks.bundle.mark);
    assert.equal(findFiles(join(tasks.bundle.root, 'state')), []);
    assert.equal(await tasks.bundle.cgroups(), []);
    // There is no containerd to ask for the image's layers.
    assert.equal(
      tasks.warnings.filter((warning) => !warning.startsWith('cannot ask containerd')),
      [],
    );
  });
}

containers.run();

function findFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Counts this process's children in a state of /proc/<pid>/stat. */
function childrenInState(state: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).startsWith(`${state} ${process.pid} `);
    } catch {
      return false;
    }
  }).length;
}
