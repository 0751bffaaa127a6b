import { setImmediate } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, EXITED_AT, requestOf, TaskMachine } from '../testing/task-machine.ts';
import { until } from '../testing/until.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

const lives = suite<{ machine: TaskMachine }>('TaskService: the life of a task');

lives.before.each((context) => {
  context.machine = new TaskMachine();
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

const kills = suite<{ machine: TaskMachine }>('TaskService: kill');

kills.before.each((context) => {
  context.machine = new TaskMachine();
});

kills('signals the first process, or all of them', async ({ machine }) => {
  await machine.run();
  await machine.kill('', 15);
  await machine.kill('', 9, true);
  assert.equal(machine.container.calls, ['start', 'kill 15', 'kill 9 all']);
});

kills('is answered before the exit that it causes is told', async ({ machine }) => {
  await machine.run();
  const { container, service, events } = machine;
  const gate = Promise.withResolvers<void>();
  container.during['kill'] = () => {
    container.init.end(137);
    return gate.promise;
  };
  const killing = machine.kill('', 9).then(() => events.push('answer'));
  const waiting = service.wait({ id: 'c', execId: '' });
  await setImmediate();
  assert.not.ok(events.includes('Exit c c 100 137'));
  gate.resolve();
  await Promise.all([killing, waiting]);
  assert.equal(events.slice(-2), ['answer', 'Exit c c 100 137']);
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

kills('let a deletion go on where a signal could not be sent', async ({ machine }) => {
  await machine.run();
  machine.container.during['kill'] = () => {
    throw new StatusError(Code.NOT_FOUND, 'gone');
  };
  assert.is(await codeOf(machine.kill()), Code.NOT_FOUND);
  await machine.stop(137);
  assert.equal(await machine.delete(), { pid: 100, exitStatus: 137, exitedAt: EXITED_AT });
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

const endings = suite<{ machine: TaskMachine }>('TaskService: the end of the first process');

endings.before.each((context) => {
  context.machine = new TaskMachine();
});

endings('kills the others only where the kernel does not', async ({ machine }) => {
  await machine.run();
  await machine.stop();
  assert.not.ok(machine.container.calls.includes('killRemaining'));
  const shared = new TaskMachine();
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

const others = suite<{ machine: TaskMachine }>('TaskService: everything else');

others.before.each((context) => {
  context.machine = new TaskMachine();
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
  const resources = { typeUrl: 'resources', value: new TextEncoder().encode('{"memory":{"limit":1}}') };
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
