// The provider against a server that answers as Vault's documentation says; host/e2e/vault.e2e.ts asks a real one.

import https from 'node:https';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createSendJson } from './json-request.ts';
import { startJsonServer } from './testing/json-server.ts';
import { createVaultProvider } from './vault.ts';

const sendJson = createSendJson(() => https);

const secret = (data: unknown) => ({ data: { data, metadata: { version: 1 } } });

/** What the provider gives for `password`, and what it asked for. */
async function ask(status: number, body: unknown, mount = 'secret', prefix?: string) {
  await using server = await startJsonServer(() => [status, body]);
  const config = { type: 'vault', url: server.url, token: 't0ken', mount, prefix } as const;
  const value = await Promise.resolve(createVaultProvider(config, sendJson).get('password')).catch(
    (error: Error) => error.message,
  );
  return { value, request: server.received[0] };
}

const vault = suite('createVaultProvider');

vault('reads the value of a secret with its token', async () => {
  const { value, request } = await ask(200, secret({ value: 'hunter2' }));
  assert.is(value, 'hunter2');
  assert.equal([request?.method, request?.url], ['GET', '/v1/secret/data/password']);
  assert.is(request?.headers['x-vault-token'], 't0ken');
});

for (const [mount, prefix, url] of [
  ['secret', 'apps/mine', '/v1/secret/data/apps/mine/password'],
  ['/team/kv/', '/a b/', '/v1/team/kv/data/a%20b/password'],
] as const) {
  vault(`asks ${url} under ${mount} and ${prefix}`, async () => {
    assert.is((await ask(200, secret({ value: 'x' }), mount, prefix)).request?.url, url);
  });
}

vault('leaves a secret that is not there to the next provider', async () => {
  assert.is((await ask(404, { errors: [] })).value, undefined);
});

vault('tells why the server refuses', async () => {
  const { value } = await ask(403, { errors: ['permission denied'] });
  assert.is(value, 'Vault answers 403 for "secret/data/password": permission denied');
});

for (const [what, body] of [
  ['without a value', secret({ other: 'x' })],
  ['with a value that is no text', secret({ value: 1 })],
  ['that was deleted', secret(null)],
  ['that is not JSON', 'hello'],
] as const) {
  vault(`refuses a secret ${what}`, async () => {
    const message = 'Vault\'s secret "secret/data/password" has no text field `value`';
    assert.is((await ask(200, body)).value, message);
  });
}

vault('names a server that does not answer', async () => {
  const config = { type: 'vault', url: 'http://127.0.0.1:1', token: 't', mount: 'm', prefix: undefined } as const;
  const provider = createVaultProvider(config, sendJson);
  const message = await Promise.resolve(provider.get('a')).catch((error: Error) => error.message);
  assert.match(message ?? '', /^127\.0\.0\.1:1 gives no answer: .*ECONNREFUSED/);
});

vault.run();
