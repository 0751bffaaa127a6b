import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StubContainer } from '../testing/stub-container.ts';
import { until } from '../testing/until.ts';
import { Code, hasCode } from '../ttrpc/status.ts';
import { TaskRegistry } from './registry.ts';
import { Task } from './task.ts';

const stdio = { stdin: '', stdout: '', stderr: '', terminal: false };
const create = (id: string) => async () => new Task(id, new StubContainer(), stdio);

const registries = suite('TaskRegistry');

registries('knows a task from its creation to its removal', async () => {
  const registry = new TaskRegistry(() => {});
  const task = await registry.create('a', undefined, create('a'));
  assert.is(registry.get('a'), task);
  registry.remove('a');
  assert.is(registry.find('a'), undefined);
  assert.throws(
    () => registry.get('a'),
    (error: unknown) => hasCode(error, Code.NOT_FOUND),
  );
});

registries('gives a creation up when its caller does', async () => {
  const registry = new TaskRegistry(() => {});
  const caller = new AbortController();
  const created = registry.create('a', caller.signal, (signal) => {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  caller.abort(new Error('gone'));
  assert.is(await created.catch((error: Error) => error.message), 'gone');
  assert.is(registry.find('a'), undefined);
});

registries('ends by itself a while after its last task, unless another comes', async () => {
  let exits = 0;
  const registry = new TaskRegistry(() => exits++, 30);
  await registry.create('a', undefined, create('a'));
  await registry.create('b', undefined, create('b'));
  registry.remove('a');
  registry.remove('b');
  await registry.create('c', undefined, create('c'));
  const later = new TaskRegistry(() => exits++, 30);
  await later.create('d', undefined, create('d'));
  later.remove('d');
  await until('the one without tasks ends', () => exits > 0);
  assert.is(exits, 1);
  registry.remove('c');
  await until('the other one ends, too', () => exits === 2);
});

registries('ends soon after its last task when the one that leads the group went before', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const registry = new TaskRegistry(resolve);
  const leader = new StubContainer();
  leader.leadsGroup = true;
  await registry.create('pod', undefined, async () => new Task('pod', leader, stdio));
  await registry.create('side', undefined, create('side'));
  registry.remove('pod');
  const startedMs = performance.now();
  registry.remove('side');
  // Its timer alone does not keep a process going.
  const alive = setInterval(() => {}, 100);
  await promise.finally(() => clearInterval(alive));
  assert.ok(performance.now() - startedMs < 5_000, 'not after the time of any other group');
});

registries('does not shut down while it has tasks', async () => {
  let exits = 0;
  const registry = new TaskRegistry(() => exits++);
  await registry.create('a', undefined, create('a'));
  registry.shutDown();
  assert.is(exits, 0);
  registry.remove('a');
  registry.shutDown();
  assert.is(exits, 1);
});

registries.run();
