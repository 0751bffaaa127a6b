import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InstanceCancelled, InstanceScope } from './instance-scope.ts';

const scope = suite('InstanceScope');

function createResource(disposed: string[], name: string): Disposable {
  return { [Symbol.dispose]: () => disposed.push(name) };
}

scope('disposes what is open when it is released, once', () => {
  const disposed: string[] = [];
  const instance = new InstanceScope();
  instance.add(createResource(disposed, 'a'));
  instance.add(createResource(disposed, 'b'));
  instance.release();
  instance.release();
  assert.equal(disposed, ['a', 'b']);
});

scope('forgets what was removed', () => {
  const disposed: string[] = [];
  const instance = new InstanceScope();
  instance.remove(instance.add(createResource(disposed, 'a')));
  instance.release();
  assert.equal(disposed, []);
});

scope('can be used again after its release', () => {
  const disposed: string[] = [];
  const instance = new InstanceScope();
  instance.release();
  instance.add(createResource(disposed, 'a'));
  instance.release();
  assert.equal(disposed, ['a']);
});

scope('lets a resource remove itself while it is disposed', () => {
  const instance = new InstanceScope();
  const resource = instance.add({ [Symbol.dispose]: () => instance.remove(resource) });
  assert.not.throws(() => instance.release());
});

scope('guards a promise: it resolves as the promise does', async () => {
  assert.is(await new InstanceScope().guard(Promise.resolve(1)), 1);
});

scope('guards a promise: a release rejects it', async () => {
  const instance = new InstanceScope();
  const guarded = instance.guard(new Promise(() => {}));
  instance.release();
  const reason = await guarded.catch((error: unknown) => error);
  assert.instance(reason, InstanceCancelled);
});

scope.run();
