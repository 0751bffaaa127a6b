import https from 'node:https';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { VariableProviderConfig } from '../runtime-config/variable-providers.ts';
import { openVariables, type ProviderOptions } from './providers.ts';

const variables = ['a', 'b', 'c', 'd'].map((name) => ({ name, secret: false, default: 'default' }));

function open(configs: VariableProviderConfig[], more: Partial<ProviderOptions> = {}) {
  return openVariables({
    configs,
    environment: {},
    variables,
    readEnvironmentFile: () => ({}),
    loadHttps: () => https,
    ...more,
  });
}

const opening = suite('openVariables');

opening('asks what is configured, then the environment, then takes the default', async () => {
  const first = { type: 'static', values: new Map([['a', 'first']]) } as const;
  const second = { type: 'static', values: new Map(Object.entries({ a: 'second', b: 'second' })) } as const;
  const environment = { SPIN_VARIABLE_A: 'env', SPIN_VARIABLE_B: 'env', C: 'env' };
  const { resolve } = await open([first, second], { environment });
  const values = await Promise.all(['a', 'b', 'c', 'd'].map(resolve));
  assert.equal(values, ['first', 'second', 'env', 'default']);
});

opening('completes each environment with the file that is named, the last with `.env`', async () => {
  const files: Readonly<Record<string, Record<string, string>>> = {
    'my.env': { MY_A: 'my file' },
    '.env': { SPIN_VARIABLE_B: 'default file', MY_C: 'not for this' },
  };
  const my = { type: 'env', prefix: 'MY', dotenvPath: 'my.env' } as const;
  const { resolve } = await open([my], { readEnvironmentFile: (path) => files[path] ?? {} });
  assert.equal(await Promise.all(['a', 'b', 'c'].map(resolve)), ['my file', 'default file', 'default']);
});

opening('refuses to start without a required value', async () => {
  const required = [...variables, { name: 'token', secret: true }];
  const message = await open([], { variables: required }).then(
    () => 'none',
    (error: Error) => error.message,
  );
  assert.match(message, '["token"]');
});

opening('starts when a vault may have the value, without asking it', async () => {
  const vault = { type: 'vault', url: 'http://127.0.0.1:1', token: 't', mount: 'm', prefix: undefined } as const;
  const { resolve } = await open([vault], { variables: [{ name: 'token', secret: true }] });
  const message = await resolve('token').catch((error: Error) => error.message);
  assert.match(message, 'gives no answer');
});

opening.run();
