import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StubProcess } from '../testing/stub-container.ts';
import { Code, hasCode } from '../ttrpc/status.ts';
import { TaskProcess } from './process.ts';

const stdio = { stdin: '', stdout: '', stderr: '', terminal: false };

const processes = suite('TaskProcess');

processes('records only the first exit', async () => {
  const process = new TaskProcess('', stdio, '', new StubProcess(1));
  process.recordExit({ status: 3, atMs: 1 });
  process.recordExit({ status: 9, atMs: 2 });
  assert.equal(process.exit, { status: 3, atMs: 1 });
  assert.equal(await process.exited, { status: 3, atMs: 1 });
  assert.is(process.state, 'stopped');
});

processes('does work one by one, also after a failure', async () => {
  const process = new TaskProcess('', stdio, '', null);
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = process.serialize(async () => {
    await gate.promise;
    order.push('first');
    throw new Error('no');
  });
  const second = process.serialize(async () => {
    order.push('second');
  });
  gate.resolve();
  assert.match(await first.catch((error: Error) => error.message), 'no');
  await second;
  assert.equal(order, ['first', 'second']);
});

processes('is settled when work that came meanwhile is done, too', async () => {
  const process = new TaskProcess('', stdio, '', null);
  const order: string[] = [];
  void process.serialize(async () => {
    void process.serialize(async () => {
      await Promise.resolve();
      order.push('second');
    });
    order.push('first');
  });
  await process.settle();
  assert.equal(order, ['first', 'second']);
});

processes('is required to run: not before its start, not after its end', () => {
  const process = new TaskProcess('e', stdio, '', null);
  assert.ok(
    hasCode(
      catchError(() => process.requireRunning()),
      Code.FAILED_PRECONDITION,
    ),
  );
  process.attach(new StubProcess(5));
  assert.is(process.requireRunning().pid, 5);
  process.recordExit({ status: 0, atMs: 0 });
  assert.ok(
    hasCode(
      catchError(() => process.requireRunning()),
      Code.NOT_FOUND,
    ),
  );
});

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

processes.run();
