import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CreateTaskRequest } from '../gen/containerd.task.v3.ts';
import type { MessageType } from '../protobuf/message.ts';
import { StubContainer } from '../testing/stub-container.ts';
import { until } from '../testing/until.ts';
import { Code, StatusError, statusFromError } from '../ttrpc/status.ts';
import { TaskService } from './service.ts';

const encoder = new TextEncoder();
const spec = {
  typeUrl: 'types.containerd.io/opencontainers/runtime-spec/1/Process',
  value: encoder.encode('{"cwd":"/"}'),
};

/** A service whose containers are stubs, and what it tells. */
class Machine {
  readonly container = new StubContainer();
  /** Events in order: the name, then ids, pid and exit status where there are any. */
  readonly events: string[] = [];
  readonly warnings: string[] = [];
  exits = 0;
  /** What happens while a container is created. */
  creating: (signal: AbortSignal) => Promise<void> = async () => {};
  readonly service = new TaskService({
    shimPid: 7,
    events: { publish: (type, event) => this.events.push(describe(type, event)) },
    createContainer: async (_, signal) => {
      await this.creating(signal);
      return this.container;
    },
    requestExit: () => this.exits++,
    warn: (message) => this.warnings.push(message),
  });

  create(id = 'c'): Promise<unknown> {
    return this.service.create(requestOf(id));
  }

  async run(): Promise<void> {
    await this.create();
    await this.service.start({ id: 'c', execId: '' });
  }

  async addExec(execId = 'e'): Promise<void> {
    const stdio = { stdin: '', stdout: '', stderr: '', terminal: false };
    await this.service.exec({ id: 'c', execId, ...stdio, spec });
  }

  async startExec(execId = 'e'): Promise<void> {
    await this.addExec(execId);
    await this.service.start({ id: 'c', execId });
  }

  async stop(status = 0): Promise<void> {
    this.container.init.end(status);
    await this.service.wait({ id: 'c', execId: '' });
  }

  kill(execId = '', signal = 15, all = false): Promise<unknown> {
    return this.service.kill({ id: 'c', execId, signal, all });
  }

  delete(execId = ''): Promise<object> {
    return this.service.delete({ id: 'c', execId });
  }

  async status(execId = ''): Promise<number | undefined> {
    return (await this.service.state({ id: 'c', execId })).status;
  }
}

function requestOf(id: string): CreateTaskRequest {
  const stdio = { stdin: '/in', stdout: '/out', stderr: '', terminal: false };
  return { id, bundle: '/bundle', rootfs: [], ...stdio, checkpoint: '', parentCheckpoint: '', options: undefined };
}

function describe(type: MessageType<object>, event: object): string {
  const { containerId, execId, id, pid, exitStatus } = event as Record<string, unknown>;
  const name = type.name.replace('containerd.events.Task', '');
  return [name, containerId, execId, id, pid, exitStatus].filter((part) => part !== undefined).join(' ');
}

async function codeOf(promise: Promise<unknown>): Promise<Code> {
  return promise.then(
    () => Code.OK,
    (error) => statusFromError(error).code,
  );
}

const EXITED_AT = { seconds: 1n, nanos: 0 };

const lives = suite<{ machine: Machine }>('TaskService: the life of a task');

lives.before.each((context) => {
  context.machine = new Machine();
});

lives('tells of create, start, exit and delete, in this order', async ({ machine }) => {
  assert.equal(await machine.create(), { pid: 100 });
  assert.equal(await machine.service.start({ id: 'c', execId: '' }), { pid: 100 });
  await machine.stop(3);
  assert.equal(await machine.delete(), { pid: 100, exitStatus: 3, exitedAt: EXITED_AT });
  assert.equal(machine.events, ['Create c 100', 'Start c 100', 'Exit c c 100 3', 'Delete c 100 3']);
  assert.equal(machine.container.calls, ['start', 'recordExit 3', 'delete']);
});

lives('gives the state in each part of it', async ({ machine }) => {
  await machine.create();
  const { status, pid, bundle, stdin, stdout } = await machine.service.state({ id: 'c', execId: '' });
  assert.equal(
    { status, pid, bundle, stdin, stdout },
    { status: 1, pid: 100, bundle: '/bundle', stdin: '/in', stdout: '/out' },
  );
  await machine.service.start({ id: 'c', execId: '' });
  assert.is(await machine.status(), 2);
  await machine.stop(3);
  const stopped = await machine.service.state({ id: 'c', execId: '' });
  assert.equal([stopped.status, stopped.exitStatus, stopped.exitedAt], [3, 3, EXITED_AT]);
});

lives('answers everybody who waits, also those who come later', async ({ machine }) => {
  await machine.run();
  const waits = [1, 2].map(() => machine.service.wait({ id: 'c', execId: '' }));
  await machine.stop(5);
  waits.push(machine.service.wait({ id: 'c', execId: '' }));
  for (const wait of waits) assert.equal(await wait, { exitStatus: 5, exitedAt: EXITED_AT });
});

lives('tells of the start before the exit of a process that ends at once', async ({ machine }) => {
  await machine.create();
  machine.container.during['start'] = () => machine.container.init.end(1);
  await machine.service.start({ id: 'c', execId: '' });
  await machine.service.wait({ id: 'c', execId: '' });
  assert.equal(machine.events, ['Create c 100', 'Start c 100', 'Exit c c 100 1']);
});

lives('cannot be created twice, not even at a time', async ({ machine }) => {
  const gate = Promise.withResolvers<void>();
  machine.creating = () => gate.promise;
  const first = machine.create();
  assert.is(await codeOf(machine.create()), Code.ALREADY_EXISTS);
  gate.resolve();
  await first;
  assert.is(await codeOf(machine.create()), Code.ALREADY_EXISTS);
});

lives('can be created again after a create that failed', async ({ machine }) => {
  machine.creating = async () => {
    throw new StatusError(Code.INVALID_ARGUMENT, 'no');
  };
  assert.is(await codeOf(machine.create()), Code.INVALID_ARGUMENT);
  assert.equal(machine.events, []);
  machine.creating = async () => {};
  assert.is(await codeOf(machine.create()), Code.OK);
});

lives('cannot be started twice, nor after its end', async ({ machine }) => {
  await machine.run();
  assert.is(await codeOf(machine.service.start({ id: 'c', execId: '' })), Code.FAILED_PRECONDITION);
  await machine.stop();
  assert.is(await codeOf(machine.service.start({ id: 'c', execId: '' })), Code.FAILED_PRECONDITION);
});

lives('cannot be deleted while it runs', async ({ machine }) => {
  await machine.run();
  assert.is(await codeOf(machine.delete()), Code.FAILED_PRECONDITION);
});

lives('is killed when it is deleted before its start', async ({ machine }) => {
  await machine.create();
  machine.container.during['kill'] = () => machine.container.init.end(137);
  assert.equal(await machine.delete(), { pid: 100, exitStatus: 137, exitedAt: EXITED_AT });
  assert.equal(machine.events, ['Create c 100', 'Exit c c 100 137', 'Delete c 100 137']);
});

lives('can be deleted again when deleting failed', async ({ machine }) => {
  await machine.run();
  await machine.stop();
  machine.container.during['delete'] = () => {
    throw new Error('busy');
  };
  assert.is(await codeOf(machine.delete()), Code.UNKNOWN);
  delete machine.container.during['delete'];
  assert.is(await codeOf(machine.delete()), Code.OK);
  assert.is(await codeOf(machine.delete()), Code.NOT_FOUND);
});

lives('tells of an exit even when nothing can be written down', async ({ machine }) => {
  await machine.run();
  machine.container.during['recordExit'] = () => {
    throw new Error('disk full');
  };
  await machine.stop(2);
  assert.is(machine.events.at(-1), 'Exit c c 100 2');
  assert.equal(machine.warnings, ['cannot write the exit down']);
});

lives('knows nothing of other ids, and offers no checkpoints', async ({ machine }) => {
  const { service } = machine;
  await machine.run();
  const other = { id: 'x', execId: '' };
  for (const call of [service.start, service.state, service.wait, service.delete]) {
    assert.is(await codeOf(call(other)), Code.NOT_FOUND);
    assert.is(await codeOf(call({ id: 'c', execId: 'x' })), Code.NOT_FOUND);
  }
  for (const call of [service.pids, service.pause, service.resume, service.stats]) {
    assert.is(await codeOf(call(other)), Code.NOT_FOUND);
  }
  assert.is(await codeOf(service.kill({ ...other, signal: 9, all: false })), Code.NOT_FOUND);
  assert.is(await codeOf(service.checkpoint()), Code.UNIMPLEMENTED);
  assert.is(await codeOf(service.create({ ...requestOf('y'), checkpoint: '/c' })), Code.UNIMPLEMENTED);
});

lives.run();

const kills = suite<{ machine: Machine }>('TaskService: kill');

kills.before.each((context) => {
  context.machine = new Machine();
});

kills('signals the first process, or all of them', async ({ machine }) => {
  await machine.run();
  await machine.kill('', 15);
  await machine.kill('', 9, true);
  assert.equal(machine.container.calls, ['start', 'kill 15', 'kill 9 all']);
});

kills('does not find a process that has ended', async ({ machine }) => {
  await machine.run();
  await machine.stop();
  assert.is(await codeOf(machine.kill()), Code.NOT_FOUND);
});

kills('ends a task that was not started', async ({ machine }) => {
  await machine.create();
  await machine.kill('', 9);
  await machine.stop(137);
  assert.is(await machine.status(), 3);
});

kills('signals the process of an exec alone', async ({ machine }) => {
  await machine.run();
  await machine.startExec();
  await machine.kill('e', 2);
  assert.equal(machine.container.execs.get('e')?.calls, ['kill 2']);
});

kills('refuses an exec that is not started', async ({ machine }) => {
  await machine.run();
  await machine.addExec();
  assert.is(await codeOf(machine.kill('e')), Code.FAILED_PRECONDITION);
});

kills.run();

const execs = suite<{ machine: Machine }>('TaskService: exec');

execs.before.each((context) => {
  context.machine = new Machine();
});

execs('tells of its adding, start and exit, and forgets it when it is deleted', async ({ machine }) => {
  await machine.run();
  await machine.startExec();
  machine.container.execs.get('e')?.end(4);
  assert.equal(await machine.service.wait({ id: 'c', execId: 'e' }), { exitStatus: 4, exitedAt: EXITED_AT });
  assert.equal(await machine.delete('e'), { pid: 201, exitStatus: 4, exitedAt: EXITED_AT });
  assert.equal(machine.events.slice(2), ['ExecAdded c e', 'ExecStarted c e 201', 'Exit c e 201 4']);
  assert.is(await codeOf(machine.delete('e')), Code.NOT_FOUND);
});

execs('runs several at a time, each once', async ({ machine }) => {
  await machine.run();
  await Promise.all([machine.startExec('a'), machine.startExec('b')]);
  assert.is(await codeOf(machine.addExec('a')), Code.ALREADY_EXISTS);
  assert.is(await codeOf(machine.service.start({ id: 'c', execId: 'a' })), Code.FAILED_PRECONDITION);
  assert.is(await codeOf(machine.delete('a')), Code.FAILED_PRECONDITION);
});

execs('ends waiting for one that cannot be started', async ({ machine }) => {
  await machine.run();
  await machine.addExec();
  const waiting = machine.service.wait({ id: 'c', execId: 'e' });
  machine.container.during['exec'] = () => {
    throw new StatusError(Code.UNKNOWN, 'no such program');
  };
  assert.is(await codeOf(machine.service.start({ id: 'c', execId: 'e' })), Code.UNKNOWN);
  assert.is((await waiting).exitStatus, 255);
  assert.is(await codeOf(machine.delete('e')), Code.OK);
  assert.not.ok(machine.events.some((event) => event.startsWith('Exit')));
});

execs('can be deleted before its start, which ends waiting', async ({ machine }) => {
  await machine.run();
  await machine.addExec();
  const waiting = machine.service.wait({ id: 'c', execId: 'e' });
  await machine.delete('e');
  assert.is((await waiting).exitStatus, 255);
});

execs("ends before the task's first process is told to have ended", async ({ machine }) => {
  await machine.run();
  await machine.startExec();
  machine.container.init.end(0);
  await Promise.resolve();
  machine.container.execs.get('e')?.end(137);
  await machine.service.wait({ id: 'c', execId: '' });
  assert.equal(machine.events.slice(-2), ['Exit c e 201 137', 'Exit c c 100 0']);
});

execs('that is being started when the first process ends comes first, too', async ({ machine }) => {
  await machine.run();
  await machine.addExec();
  const gate = Promise.withResolvers<void>();
  machine.container.during['exec'] = () => gate.promise;
  const started = machine.service.start({ id: 'c', execId: 'e' });
  machine.container.init.end(0);
  gate.resolve();
  await started;
  machine.container.execs.get('e')?.end(137);
  await machine.service.wait({ id: 'c', execId: '' });
  assert.equal(machine.events.slice(-3), ['ExecStarted c e 201', 'Exit c e 201 137', 'Exit c c 100 0']);
});

execs('is refused once the first process has ended, even while that is not told yet', async ({ machine }) => {
  await machine.run();
  await machine.addExec('late');
  await machine.startExec('running');
  machine.container.init.end(0);
  await until('the end is seen', async () => (await codeOf(machine.addExec('x'))) === Code.FAILED_PRECONDITION);
  assert.is(await codeOf(machine.service.start({ id: 'c', execId: 'late' })), Code.FAILED_PRECONDITION);
  assert.is(await machine.status(), 2);
});

execs('needs an id and a description', async ({ machine }) => {
  await machine.run();
  assert.is(await codeOf(machine.addExec('')), Code.INVALID_ARGUMENT);
  const stdio = { stdin: '', stdout: '', stderr: '', terminal: false };
  const request = { id: 'c', execId: 'e', ...stdio, spec: undefined };
  assert.is(await codeOf(machine.service.exec(request)), Code.INVALID_ARGUMENT);
});

execs.run();

const endings = suite<{ machine: Machine }>('TaskService: the end of the first process');

endings.before.each((context) => {
  context.machine = new Machine();
});

endings('kills the others only where the kernel does not', async ({ machine }) => {
  await machine.run();
  await machine.stop();
  assert.not.ok(machine.container.calls.includes('killRemaining'));
  const shared = new Machine();
  shared.container.hasPrivatePidNamespace = false;
  await shared.run();
  await shared.stop();
  assert.equal(shared.container.calls, ['start', 'killRemaining', 'recordExit 0']);
});

endings('tells of an OOM kill before the exit', async ({ machine }) => {
  await machine.run();
  machine.container.oomKills = 1n;
  await machine.stop(137);
  assert.equal(machine.events.slice(-2), ['OOM c', 'Exit c c 100 137']);
});

endings('tells of OOM kills as they happen, each once', async ({ machine }) => {
  await machine.run();
  machine.container.oomKills = 1n;
  machine.container.oomChanged();
  machine.container.oomChanged();
  await until('it is told', () => machine.events.includes('OOM c'));
  await machine.stop(0);
  assert.is(machine.events.filter((event) => event === 'OOM c').length, 1);
});

endings.run();

const others = suite<{ machine: Machine }>('TaskService: everything else');

others.before.each((context) => {
  context.machine = new Machine();
});

others('pauses and resumes', async ({ machine }) => {
  await machine.run();
  await machine.service.pause({ id: 'c' });
  assert.is(await machine.status(), 4);
  assert.is(await codeOf(machine.service.pause({ id: 'c' })), Code.FAILED_PRECONDITION);
  await machine.service.resume({ id: 'c' });
  assert.is(await machine.status(), 2);
  assert.is(await codeOf(machine.service.resume({ id: 'c' })), Code.FAILED_PRECONDITION);
  assert.equal(machine.events.slice(2), ['Paused c', 'Resumed c']);
});

others('is pausing meanwhile, and runs on when it cannot be paused', async ({ machine }) => {
  await machine.run();
  const gate = Promise.withResolvers<void>();
  machine.container.during['pause'] = () => gate.promise;
  const paused = machine.service.pause({ id: 'c' });
  await until('it is pausing', async () => (await machine.status()) === 5);
  gate.reject(new Error('no freezer'));
  assert.is(await codeOf(paused), Code.UNKNOWN);
  assert.is(await machine.status(), 2);
});

others('changes limits, but not of a task that has ended', async ({ machine }) => {
  await machine.run();
  const resources = { typeUrl: 'resources', value: encoder.encode('{"memory":{"limit":1}}') };
  await machine.service.update({ id: 'c', resources, annotations: {} });
  assert.is(machine.container.calls.at(-1), 'update {"memory":{"limit":1}}');
  await machine.stop();
  assert.is(await codeOf(machine.service.update({ id: 'c', resources, annotations: {} })), Code.NOT_FOUND);
});

others('lists processes and tells which exec one is', async ({ machine }) => {
  await machine.run();
  await machine.startExec();
  machine.container.pids = [100, 150, 201];
  const { processes = [] } = await machine.service.pids({ id: 'c' });
  assert.equal(
    processes.map(({ pid, info }) => [pid, info?.typeUrl]),
    [
      [100, undefined],
      [150, undefined],
      [201, 'containerd.runc.v1.ProcessDetails'],
    ],
  );
});

others('lists the first process until it is deleted', async ({ machine }) => {
  await machine.run();
  await machine.stop();
  machine.container.pids = [];
  assert.equal((await machine.service.pids({ id: 'c' })).processes, [{ pid: 100, info: undefined }]);
});

others('gives usage also after the end', async ({ machine }) => {
  await machine.run();
  await machine.stop();
  assert.is((await machine.service.stats({ id: 'c' })).stats?.typeUrl, 'stats');
});

others('closes standard input, but only when that is asked', async ({ machine }) => {
  await machine.run();
  await machine.service.closeIO({ id: 'c', execId: '', stdin: false });
  assert.equal(machine.container.init.calls, []);
  await machine.service.closeIO({ id: 'c', execId: '', stdin: true });
  assert.equal(machine.container.init.calls, ['closeStdin']);
});

others('remembers to close the input of an exec that is yet to start', async ({ machine }) => {
  await machine.run();
  await machine.addExec();
  await machine.service.closeIO({ id: 'c', execId: 'e', stdin: true });
  await machine.service.start({ id: 'c', execId: 'e' });
  assert.equal(machine.container.execs.get('e')?.calls, ['closeStdin']);
});

others('sets the size of a terminal while its process runs', async ({ machine }) => {
  await machine.run();
  await machine.service.resizePty({ id: 'c', execId: '', width: 80, height: 24 });
  assert.equal(machine.container.init.calls, ['resize 80x24']);
  await machine.stop();
  assert.is(await codeOf(machine.service.resizePty({ id: 'c', execId: '', width: 1, height: 1 })), Code.NOT_FOUND);
});

others('connects to a task, known or not', async ({ machine }) => {
  assert.equal(await machine.service.connect({ id: 'c' }), { shimPid: 7, taskPid: 0 });
  await machine.create();
  assert.equal(await machine.service.connect({ id: 'c' }), { shimPid: 7, taskPid: 100 });
});

others('shuts down only when there is no task', async ({ machine }) => {
  await machine.run();
  await machine.service.shutdown();
  assert.is(machine.exits, 0);
  await machine.stop();
  await machine.delete();
  await machine.service.shutdown();
  assert.is(machine.exits, 1);
});

others('gives up what is being created when it is shut down, then ends', async ({ machine }) => {
  machine.creating = (signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const created = machine.create();
  await machine.service.shutdown();
  assert.is(await codeOf(created), Code.CANCELLED);
  assert.is(machine.exits, 1);
});

others.run();
