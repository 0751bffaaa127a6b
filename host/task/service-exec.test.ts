import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, EXITED_AT, TaskMachine } from '../testing/task-machine.ts';
import { until } from '../testing/until.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

const execs = suite<{ machine: TaskMachine }>('TaskService: exec');

execs.before.each((context) => {
  context.machine = new TaskMachine();
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
