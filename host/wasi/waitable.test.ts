import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InstanceCancelled } from './instance-scope.ts';
import { Waitable, whenAnyReady } from './waitable.ts';

class Flag extends Waitable {
  isSet = false;

  isReady(): boolean {
    return this.isSet;
  }

  set(): void {
    this.isSet = true;
    this.wake();
  }
}

/** Tells whether a promise has settled after everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

const waitable = suite('Waitable');

waitable('does not wait when it is ready', () => {
  const flag = new Flag();
  flag.set();
  assert.is(flag.wait(), undefined);
});

waitable('waits until it is ready, whatever wakes it before', async () => {
  const flag = new Flag();
  const waiting = flag.wait() as Promise<void>;
  flag.wake();
  assert.not.ok(await isSettled(waiting));
  flag.set();
  await waiting;
});

waitable('wakes everyone who waits', async () => {
  const flag = new Flag();
  const waiting = [flag.wait(), flag.wait()];
  flag.set();
  await Promise.all(waiting);
});

waitable('fails everyone who waits when it is cancelled, and everyone who comes later', async () => {
  const flag = new Flag();
  const waiting = (flag.wait() as Promise<void>).catch((error: unknown) => error);
  flag.cancel();
  assert.instance(await waiting, InstanceCancelled);
  assert.throws(
    () => flag.wait(),
    (error: unknown) => error instanceof InstanceCancelled,
  );
});

waitable.run();

const any = suite('whenAnyReady');

any('resolves with the first that is ready and forgets the others', async () => {
  const [first, second] = [new Flag(), new Flag()];
  const waiting = whenAnyReady([first, second]);
  assert.not.ok(await isSettled(waiting));
  second.set();
  await waiting;
  assert.not.throws(() => first.cancel());
});

any('rejects when one is cancelled', async () => {
  const [first, second] = [new Flag(), new Flag()];
  const waiting = whenAnyReady([first, second]).catch((error: unknown) => error);
  second.cancel();
  assert.instance(await waiting, InstanceCancelled);
});

any.run();
