import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAppPlan, createComponentPlan } from '../worker/testing/prepared-app.ts';
import { createFactorContext } from './testing/context.ts';
import { createVariableResolver } from './variable.ts';
import { variables } from './variables.ts';

type Get = (name: string) => Promise<unknown>;

async function open(values: Readonly<Record<string, string>>) {
  const component = createComponentPlan('c', {
    variables: [
      [
        'greeting',
        [
          { tag: 'literal', val: 'Hello, ' },
          { tag: 'variable', val: 'name' },
        ],
      ],
      ['broken', [{ tag: 'variable', val: 'undeclared' }]],
    ],
  });
  const declared = [{ name: 'name', secret: false }];
  const app = createAppPlan([component], [], { variables: declared });
  const resolver = createVariableResolver(declared, [{ get: (name) => values[name] }]);
  const factor = await variables.configure(createFactorContext(app, { variables: resolver }));
  const { shared } = await factor.prepare(component);
  return {
    get: shared['fermyon:spin/variables@2']?.['get'] as Get,
    getConfig: shared['fermyon:spin/config']?.['getConfig'] as Get,
    store: shared['wasi:config/store@0.2.0-draft-2024-09-27'] as { get: Get; getAll: () => Promise<unknown> },
  };
}

async function errorOf(promise: Promise<unknown>): Promise<{ tag: string; val: string }> {
  return promise.then(
    () => ({ tag: 'none', val: '' }),
    (error) => error,
  );
}

const factor = suite('variables');

factor('gives a component its own variables, rendered', async () => {
  const { get, getConfig, store } = await open({ name: 'you' });
  assert.is(await get('greeting'), 'Hello, you');
  assert.is(await getConfig('greeting'), 'Hello, you');
  assert.is(await store.get('greeting'), 'Hello, you');
});

factor('does not give it the variables of the app', async () => {
  const { get } = await open({ name: 'you' });
  assert.is((await errorOf(get('name'))).tag, 'undefined');
});

for (const name of ['', 'Greeting', 'a-b', 'a__b', 'a_', '_a', '4a', 'a!']) {
  factor(`says that ${JSON.stringify(name)} is no name`, async () => {
    const { get, getConfig, store } = await open({ name: 'you' });
    const error = await errorOf(get(name));
    assert.is(error.tag, 'invalid-name');
    assert.match(error.val, JSON.stringify(name));
    assert.is((await errorOf(getConfig(name))).tag, 'invalid-key');
    assert.is(await store.get(name), undefined);
  });
}

factor('says which side failed, in the cases of each interface', async () => {
  const { get, getConfig, store } = await open({ name: 'you' });
  assert.equal(await errorOf(get('broken')), { tag: 'provider', val: 'unknown variable "undeclared"' });
  assert.is((await errorOf(getConfig('missing'))).tag, 'provider');
  assert.is(await store.get('missing'), undefined);
  assert.is((await errorOf(store.get('broken'))).tag, 'upstream');
  assert.is((await errorOf(store.getAll())).tag, 'upstream');
});

factor.run();
