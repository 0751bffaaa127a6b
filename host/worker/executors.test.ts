import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Executor, Executors } from './executors.ts';

/** A thread as busy as it is told to be, which remembers what it was told. */
class FakeThread implements Executor {
  load = 0;
  connections = 0;
  readonly told: string[] = [];
  #onEnd: (() => void) | undefined;

  utilization(): number {
    return this.load;
  }

  adopt(descriptor: number): void {
    this.connections++;
    this.told.push(`adopt ${descriptor}`);
  }

  shed(part: number): void {
    this.told.push(`shed ${part.toFixed(2)}`);
  }

  async drain(): Promise<void> {
    this.told.push('drain');
    this.end();
  }

  close(): void {
    this.told.push('close');
  }

  onEnd(callback: () => void): void {
    this.#onEnd = callback;
  }

  end(): void {
    this.#onEnd?.();
  }
}

function createExecutors(processors: number) {
  const first = new FakeThread();
  const started: FakeThread[] = [];
  const start = () => {
    const thread = new FakeThread();
    started.push(thread);
    return thread;
  };
  return { first, started, executors: new Executors({ processors, first, start }) };
}

const executors = suite('Executors');

executors('starts a thread when all are busy, and sends it a part of the connections that there are', () => {
  const { first, started, executors } = createExecutors(4);
  first.load = 1;
  executors.look();
  assert.is(started.length, 1);
  assert.equal(first.told, ['shed 0.50']);
  for (const thread of started) thread.load = 1;
  executors.look();
  assert.is(started.length, 2);
  assert.equal(started[0]?.told, ['shed 0.33']);
});

executors('starts none while some thread has time left', () => {
  const { first, started, executors } = createExecutors(4);
  first.load = 1;
  executors.look();
  executors.look();
  assert.is(started.length, 1);
});

executors('never has more threads than processors', () => {
  const { first, started, executors } = createExecutors(2);
  first.load = 1;
  for (let look = 0; look < 5; look++) {
    executors.look();
    for (const thread of started) thread.load = 1;
  }
  assert.is(started.length, 1);
});

executors('lets a thread go once the others could have done its work for 30 looks', () => {
  const { first, started, executors } = createExecutors(2);
  first.load = 1;
  executors.look();
  first.load = 0.2;
  for (let look = 0; look < 29; look++) executors.look();
  assert.equal(started[0]?.told, []);
  executors.look();
  assert.equal(started[0]?.told, ['drain']);
  assert.is(executors.count, 0);
});

executors('keeps a thread that is needed now and then', () => {
  const { first, started, executors } = createExecutors(2);
  first.load = 1;
  executors.look();
  for (let look = 0; look < 100; look++) {
    first.load = look % 20 === 0 ? 0.7 : 0.1;
    executors.look();
  }
  assert.equal(started[0]?.told, []);
});

executors('gives a connection to the thread with the fewest, and leaves it to the first when that has no more', () => {
  const { first, started, executors } = createExecutors(3);
  assert.is(executors.place(7), false);
  first.load = 1;
  executors.look();
  first.connections = 2;
  assert.equal([executors.place(7), executors.place(8), executors.place(9)], [true, true, false]);
  assert.equal(started[0]?.told, ['adopt 7', 'adopt 8']);
});

executors('forgets a thread that has ended by itself', () => {
  const { first, started, executors } = createExecutors(2);
  first.load = 1;
  executors.look();
  first.connections = 5;
  started[0]?.end();
  assert.is(executors.place(7), false);
  executors.look();
  assert.is(started.length, 2);
});

executors('drains and closes all', async () => {
  const drained = createExecutors(2);
  drained.first.load = 1;
  drained.executors.look();
  await drained.executors.drain();
  assert.equal(drained.started[0]?.told, ['drain']);
  const closed = createExecutors(2);
  closed.first.load = 1;
  closed.executors.look();
  closed.executors.close();
  assert.equal(closed.started[0]?.told, ['close']);
});

executors.run();
