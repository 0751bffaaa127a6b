// Apps that use stores and databases, served by a worker that has none of them to give: the apps run, and are told so in the
// words of the interface.
import * as assert from 'uvu/assert';
import { onApp } from '../testing/on-app.ts';

for (const [name, path, init, words] of [
  ['counter-rust', '/', {}, 'AccessDenied'],
  ['todo-rust', '/todos', {}, 'AccessDenied'],
  ['redis-rust', '/counter/visits', { method: 'POST' }, 'InvalidAddress'],
] as const)
  onApp(name, {}, (test) => {
    test('is told that it is granted nothing', async (app) => {
      const { status, body } = await app.request(path, init);
      assert.is(status, 500);
      assert.match(body, words);
    });

    test('answers where it needs nothing', async (app) => {
      assert.is((await app.request('/no/such/route')).status, 404);
    });
  });
