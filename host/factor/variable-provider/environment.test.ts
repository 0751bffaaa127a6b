import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createEnvironmentProvider, withBareNames } from './environment.ts';

const provider = suite('createEnvironmentProvider');

for (const [what, environment, prefix, expected] of [
  ['SPIN_VARIABLE_ and the name', { SPIN_VARIABLE_API_KEY: 'a' }, undefined, 'a'],
  ['another prefix and the name', { SPIN_VARIABLE_API_KEY: 'a', MY_API_KEY: 'b' }, 'MY', 'b'],
  ['a prefix as the operator writes it, which names another variable', { MY_API_KEY: 'b' }, 'MY_', undefined],
  ['an empty prefix', { _API_KEY: 'b' }, '', 'b'],
  ['an empty value', { SPIN_VARIABLE_API_KEY: '' }, undefined, ''],
  ['nothing in lower case', { spin_variable_api_key: 'd' }, undefined, undefined],
  ['nothing by the bare name', { API_KEY: 'd' }, undefined, undefined],
] as const) {
  provider(`knows ${what}`, async () => {
    assert.is(await createEnvironmentProvider({ environment, prefix }).get('api_key'), expected);
  });
}

provider('completes the environment with a file, which it reads once', async () => {
  let reads = 0;
  const readMore = () => {
    reads++;
    return { SPIN_VARIABLE_A: 'file', SPIN_VARIABLE_B: 'file' };
  };
  const { get } = createEnvironmentProvider({ environment: { SPIN_VARIABLE_A: 'environment' }, readMore });
  assert.is(await get('a'), 'environment');
  assert.is(reads, 0);
  assert.equal([await get('b'), await get('b'), await get('c')], ['file', 'file', undefined]);
  assert.is(reads, 1);
});

provider.run();

const bare = suite('withBareNames');

bare('gives a declared variable the value of its bare name, before the other', () => {
  const environment = { API_KEY: 'bare', SPIN_VARIABLE_API_KEY: 'prefixed', OTHER: 'x', api_key: 'y' };
  assert.equal(withBareNames(environment, [{ name: 'api_key', secret: false }]), {
    ...environment,
    SPIN_VARIABLE_API_KEY: 'bare',
  });
});

bare.run();
