import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkRequiredVariables, createVariableResolver } from './variable.ts';

const declared = [
  { name: 'required', secret: false },
  { name: 'greeting', default: 'hello', secret: false },
];

const resolver = suite('createVariableResolver');

resolver('asks providers in order, then takes the default', async () => {
  const first = { get: (name: string) => (name === 'required' ? 'first' : undefined) };
  const second = { get: async () => 'second' };
  const { resolve } = createVariableResolver(declared, [first, second]);
  assert.is(await resolve('required'), 'first');
  assert.is(await resolve('greeting'), 'second');
  assert.is(await createVariableResolver(declared, [first]).resolve('greeting'), 'hello');
});

resolver('asks again every time', async () => {
  let value = 1;
  const { resolve } = createVariableResolver(declared, [{ get: () => String(value++) }]);
  assert.equal([await resolve('required'), await resolve('required')], ['1', '2']);
});

resolver('fails for a variable without a value, and for one that is not declared', async () => {
  const { resolve } = createVariableResolver(declared, []);
  assert.match(await messageOf(resolve('required')), 'no provider resolved required variable "required"');
  assert.match(await messageOf(resolve('other')), 'unknown variable "other"');
});

resolver('fails when a provider does, though a later one might know', async () => {
  const broken = { get: () => Promise.reject(new Error('vault sealed')) };
  const { resolve } = createVariableResolver(declared, [broken, { get: () => 'x' }]);
  assert.is(await messageOf(resolve('required')), 'vault sealed');
});

resolver('fills templates in', async () => {
  const { render } = createVariableResolver(declared, [{ get: () => 'v' }]);
  assert.is(await render([]), '');
  const template = [
    { tag: 'literal', val: 'a-' },
    { tag: 'variable', val: 'required' },
    { tag: 'literal', val: '-b' },
  ] as const;
  assert.is(await render([...template]), 'a-v-b');
});

resolver.run();

const check = suite('checkRequiredVariables');

check('names every variable without a value', async () => {
  const more = [...declared, { name: 'token', secret: true }];
  const message = await messageOf(checkRequiredVariables(more, [{ get: () => undefined }]));
  assert.is(message, 'no provider resolved required variable(s): ["required","token"]');
});

check('is content with defaults and values', async () => {
  await checkRequiredVariables(declared, [{ get: () => 'x' }]);
});

check('asks no server before a value is needed', async () => {
  const remote = { isRemote: true, get: () => Promise.reject(new Error('asked')) };
  await checkRequiredVariables(declared, [remote, { get: () => undefined }]);
});

check.run();

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: Error) => error.message,
  );
}
