// Azure's key vault and its tokens against a server that answers as their documentation says.

import https from 'node:https';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AzureCredentialOptions, createAzureCredential } from './azure-credential.ts';
import { createAzureKeyVaultProvider, resourceOf } from './azure-key-vault.ts';
import type { JsonAnswer, JsonRequest } from './json-request.ts';
import { createSendJson } from './json-request.ts';
import { startJsonServer } from './testing/json-server.ts';

const sendJson = createSendJson(() => https);

const vault = suite('createAzureKeyVaultProvider');

/** A server that gives tokens and the answer to a request for a secret. */
function startAzure(status: number, body: unknown) {
  return startJsonServer(({ url }) =>
    url.endsWith('/token') ? [200, { access_token: 'bearer', expires_in: 3600 }] : [status, body],
  );
}

function openVault(url: string) {
  const credential = { tenantId: 'tenant', clientId: 'client', clientSecret: 's3cret', authorityHost: `${url}/` };
  const surroundings = { environment: {}, send: sendJson, readText: async () => '', now: Date.now };
  return createAzureKeyVaultProvider({ type: 'azure_key_vault', vaultUrl: url, credential }, surroundings);
}

vault('reads secrets as a service principal, with one token', async () => {
  await using server = await startAzure(200, { value: 'hunter2', id: 'x' });
  const provider = openVault(server.url);
  assert.equal([await provider.get('password'), await provider.get('other')], ['hunter2', 'hunter2']);
  const [token, secret, ...others] = server.received;
  assert.equal([token?.method, token?.url], ['POST', '/tenant/oauth2/v2.0/token']);
  assert.equal(Object.fromEntries(new URLSearchParams(token?.body)), {
    ...{ grant_type: 'client_credentials', client_id: 'client', client_secret: 's3cret' },
    scope: `${resourceOf(server.url)}/.default`,
  });
  assert.equal([secret?.method, secret?.url], ['GET', '/secrets/password?api-version=7.4']);
  assert.is(secret?.headers.authorization, 'Bearer bearer');
  assert.is(others.length, 1);
});

for (const [status, body, reason] of [
  [404, { error: { code: 'SecretNotFound', message: 'not in this key vault' } }, ': not in this key vault'],
  [500, 'oops', ''],
] as const) {
  vault(`tells that the vault answers ${status}`, async () => {
    await using server = await startAzure(status, body);
    const message = await Promise.resolve(openVault(server.url).get('a')).catch((error: Error) => error.message);
    assert.is(message, `Azure Key Vault answers ${status} for "a"${reason}`);
  });
}

for (const [url, resource] of [
  ['https://mine.vault.azure.net', 'https://vault.azure.net'],
  ['https://mine.vault.usgovcloudapi.net', 'https://vault.usgovcloudapi.net'],
] as const) {
  vault(`asks for a token for ${resource}`, () => assert.is(resourceOf(url), resource));
}

vault.run();

const credentials = suite('createAzureCredential');

/** A credential whose requests are kept and answered with tokens that are numbered. */
function open(more: Partial<AzureCredentialOptions>, answer?: JsonAnswer) {
  const requests: JsonRequest[] = [];
  const getToken = createAzureCredential({
    secret: undefined,
    resource: 'https://vault.azure.net',
    environment: {},
    send: async (request) => {
      requests.push(request);
      return answer ?? { status: 200, body: { access_token: `token ${requests.length}`, expires_in: '3600' } };
    },
    readText: async (path) => `content of ${path}\n`,
    now: () => 0,
    ...more,
  });
  return { requests, getToken };
}

const SCOPE = { grant_type: 'client_credentials', scope: 'https://vault.azure.net/.default' };

credentials('takes a service principal out of the environment', async () => {
  const environment = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_CLIENT_SECRET: 's' };
  const { requests, getToken } = open({ environment });
  assert.is(await getToken(), 'token 1');
  const url = 'https://login.microsoftonline.com/t/oauth2/v2.0/token';
  assert.equal(requests, [{ url, form: { ...SCOPE, client_id: 'c', client_secret: 's' } }]);
});

credentials('takes the identity of a workload, whose token file it reads', async () => {
  const environment = {
    ...{ AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_FEDERATED_TOKEN_FILE: '/token' },
    AZURE_AUTHORITY_HOST: 'https://login.example.com/',
  };
  const { requests, getToken } = open({ environment });
  await getToken();
  const assertion = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'content of /token',
  };
  const url = 'https://login.example.com/t/oauth2/v2.0/token';
  assert.equal(requests, [{ url, form: { ...SCOPE, client_id: 'c', ...assertion } }]);
});

for (const [what, environment, query] of [
  ['of the machine', {}, ''],
  ['that is named', { AZURE_CLIENT_ID: 'c' }, '&client_id=c'],
] as const) {
  credentials(`asks the metadata service for the managed identity ${what}`, async () => {
    const { requests, getToken } = open({ environment });
    await getToken();
    const resource = encodeURIComponent('https://vault.azure.net');
    const path = `api-version=2018-02-01&resource=${resource}${query}`;
    const url = `http://169.254.169.254/metadata/identity/oauth2/token?${path}`;
    assert.equal(requests, [{ url, headers: { metadata: 'true' } }]);
  });
}

credentials('keeps a token until shortly before its end', async () => {
  let seconds = 0;
  const { getToken } = open({ now: () => seconds * 1000 });
  const tokens = [];
  for (seconds of [0, 3479, 3480, 6000]) tokens.push(await getToken());
  assert.equal(tokens, ['token 1', 'token 1', 'token 2', 'token 2']);
});

credentials('tells why there is no token', async () => {
  const { getToken } = open({}, { status: 401, body: { error_description: 'wrong secret' } });
  const message = await getToken().catch((error: Error) => error.message);
  assert.is(message, 'Azure answers 401 instead of giving a token: wrong secret');
});

credentials.run();
