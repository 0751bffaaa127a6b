import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRuntimeConfig } from './runtime-config.ts';

function errorsOf(text: string): string[] {
  const config = parseRuntimeConfig(text, '/runtime-config.toml');
  if ('warnings' in config) return [];
  return config
    .filter(({ severity }) => severity === 'error')
    .map(({ line, column, field, message }) => `${line}:${column} ${field}: ${message}`);
}

const parsing = suite('parseRuntimeConfig');

parsing('reads providers of variables in their order', () => {
  const config = parseRuntimeConfig(
    `
[[variables_provider]]
type = "static"
values = { a = "1", b = "2" }
[[variables_provider]]
type = "env"
prefix = "MY"
dotenv_path = "my.env"
[[variables_provider]]
type = "vault"
url = "https://vault.example.com:8200/"
token = "t"
mount = "secret"
prefix = "apps/mine"
[[variables_provider]]
type = "azure_key_vault"
vault_url = "https://mine.vault.azure.net/"
client_id = "id"
client_secret = "s"
tenant_id = "t"
authority_host = "AzureGovernment"
[[variables_provider]]
type = "azure_key_vault"
vault_url = "https://mine.vault.azure.net"
`,
    'f',
  );
  assert.ok('warnings' in config);
  assert.equal(config.variableProviders, [
    { type: 'static', values: new Map(Object.entries({ a: '1', b: '2' })) },
    { type: 'env', prefix: 'MY', dotenvPath: 'my.env' },
    { type: 'vault', url: 'https://vault.example.com:8200', token: 't', mount: 'secret', prefix: 'apps/mine' },
    {
      type: 'azure_key_vault',
      vaultUrl: 'https://mine.vault.azure.net',
      credential: {
        ...{ tenantId: 't', clientId: 'id', clientSecret: 's' },
        authorityHost: 'https://login.microsoftonline.us/',
      },
    },
    { type: 'azure_key_vault', vaultUrl: 'https://mine.vault.azure.net', credential: undefined },
  ]);
});

parsing('knows the provider that an operator writes, by its old name, and OpenBao by its own', () => {
  const config = parseRuntimeConfig(
    '[[config_provider]]\ntype = "env"\nprefix = "SPIN_VARIABLE_"\n' +
      '[[config_provider]]\ntype = "open_bao"\nurl = "http://b"\ntoken = "t"\nmount = "m"\n',
    'f',
  );
  assert.ok('warnings' in config);
  assert.equal(
    config.variableProviders.map(({ type }) => type),
    ['env', 'vault'],
  );
});

parsing('takes every section there is', () => {
  const config = parseRuntimeConfig(
    `
state_dir = ""
log_dir = "/logs"
max_instance_memory = 1048576
[key_value_store.a]
type = "spin"
path = "a.db"
[key_value_store.b]
type = "redis"
url = "redis://localhost"
[key_value_store.c]
type = "azure_cosmos"
account = "a"
database = "d"
container = "c"
[key_value_store.d]
type = "aws_dynamo"
region = "us-west-2"
table = "t"
consistent_read = true
[sqlite_database.default]
type = "spin"
allow_attach_file = true
[sqlite_database.remote]
type = "libsql"
url = "https://example.com"
token = "t"
[llm_compute]
type = "remote_http"
url = "https://example.com"
auth_token = "t"
api_type = "open_ai"
[outbound_http]
connection_pooling = false
max_concurrent_requests = 10
[outbound_networking]
block_networks = ["10.0.0.0/8", "fd00::/8", "private"]
max_socket_connections = 1
max_total_connections = 0
[[client_tls]]
component_ids = ["a"]
hosts = ["*.example.com"]
ca_use_webpki_roots = true
ca_use_platform_roots = false
ca_roots_file = "roots.pem"
client_cert_file = "cert.pem"
client_private_key_file = "key.pem"
[outbound_redis]
max_connections = 1
[outbound_pg]
max_connections = 1
[outbound_mysql]
max_connections = 1
[outbound_mqtt]
max_connections = 1
max_payload_size_bytes = 1
`,
    'f',
  );
  assert.ok('warnings' in config);
  assert.is(config.maxInstanceMemory, 1_048_576);
  assert.is(
    config.summary,
    'Using runtime config [key_value_store.a: spin], [key_value_store.b: redis], [key_value_store.c: azure_cosmos], ' +
      '[key_value_store.d: aws_dynamo], [sqlite_database.default: spin], [sqlite_database.remote: libsql], ' +
      '[llm_compute: remote_http]',
  );
  assert.is(
    config.warnings[0]?.message,
    'this host offers no key-value store yet: `[key_value_store.a]` has no effect',
  );
  assert.equal(config.networking.http, { hasPooling: false, maxRequests: 11 });
  assert.equal(config.networking.blocked, {
    networks: [
      { address: Uint8Array.of(10, 0, 0, 0), prefixLength: 8 },
      { address: Uint8Array.of(0xfd, ...new Array<number>(15).fill(0)), prefixLength: 8 },
    ],
    hasPrivate: true,
  });
  assert.equal(config.networking.clientTls, [
    {
      componentIds: ['a'],
      hosts: ['*.example.com'],
      hasDefaultRoots: true,
      rootsFile: 'roots.pem',
      client: { certificateFile: 'cert.pem', keyFile: 'key.pem' },
    },
  ]);
  assert.is(config.warnings.length, 13);
});

parsing('says nothing of an empty file', () => {
  const config = parseRuntimeConfig('', 'f');
  assert.ok('warnings' in config);
  assert.equal(config.warnings, []);
  assert.is(config.summary, '');
});

for (const [text, config] of [
  ['', { hasPooling: true, maxRequests: undefined }],
  ['[outbound_http]', { hasPooling: false, maxRequests: undefined }],
  ['[outbound_http]\nconnection_pooling = true\nmax_connections = 0', { hasPooling: true, maxRequests: 0 }],
  ['[outbound_http]\nmax_concurrent_requests = 0', { hasPooling: false, maxRequests: 1 }],
] as const) {
  parsing(`reads limits of requests: ${JSON.stringify(text)}`, () => {
    const found = parseRuntimeConfig(text, 'f');
    assert.ok('warnings' in found);
    assert.equal(found.networking.http, config);
  });
}

for (const [fields, hasDefaultRoots] of [
  ['', true],
  ['ca_roots_file = "f"', false],
  ['ca_roots_file = "f"\nca_use_webpki_roots = true', true],
  ['ca_use_platform_roots = false', false],
  ['ca_use_platform_roots = false\nca_use_webpki_roots = true', true],
] as const) {
  parsing(`tells whom a component trusts: ${JSON.stringify(fields)}`, () => {
    const found = parseRuntimeConfig(`[[client_tls]]\ncomponent_ids = ["a"]\nhosts = ["B"]\n${fields}`, 'f');
    assert.ok('warnings' in found);
    const [one] = found.networking.clientTls;
    assert.equal([one?.hasDefaultRoots, one?.hosts], [hasDefaultRoots, ['b']]);
  });
}

const provider = (fields: string) => `[[variables_provider]]\n${fields}`;
const cases: [why: string, text: string, errors: string[]][] = [
  ['what is not TOML', 'a = ', ['1:5 : not valid TOML: unspecified values are invalid']],
  ['an unknown key', 'state_dri = "x"', ['1:1 state_dri: unknown field `state_dri`']],
  ['a folder that is no text', 'state_dir = 1', ['1:13 state_dir: expected a string, found an integer']],
  ['memory that is no count', 'max_instance_memory = -1', ['1:23 max_instance_memory: -1 is not a count']],
  [
    'both names of providers',
    'variables_provider = []\nconfig_provider = []',
    ['2:19 config_provider: `variables_provider` is there too'],
  ],
  [
    'a provider that is one table',
    '[variables_provider]',
    ['1:2 variables_provider: expected an array, found a table'],
  ],
  ['a provider without type', provider(''), ['1:3 variables_provider[0]: missing field `type`']],
  [
    'a provider of another type',
    provider('type = "file"'),
    ['2:8 variables_provider[0].type: unknown variables provider type "file"'],
  ],
  [
    'a type that is a property of every object',
    provider('type = "constructor"'),
    ['2:8 variables_provider[0].type: unknown variables provider type "constructor"'],
  ],
  [
    'an unknown field of a provider',
    provider('type = "env"\npath = "x"'),
    ['3:1 variables_provider[0].path: unknown field `path`'],
  ],
  [
    'a value that is no text',
    provider('type = "static"\nvalues = { a = 1 }'),
    ['3:16 variables_provider[0].values.a: expected a string, found an integer'],
  ],
  [
    'everything that a vault lacks',
    provider('type = "vault"'),
    ['url', 'token', 'mount'].map((name) => `1:3 variables_provider[0]: missing field \`${name}\``),
  ],
  [
    'what is no URL',
    provider('type = "vault"\nurl = "vault:8200"\ntoken = "t"\nmount = "m"'),
    ['3:7 variables_provider[0].url: "vault:8200" is not a URL'],
  ],
  [
    'half a service principal',
    provider('type = "azure_key_vault"\nvault_url = "https://v"\nclient_id = "i"'),
    ['1:3 variables_provider[0]: a service principal needs all of its parts: `client_secret`, `tenant_id` missing'],
  ],
  [
    'an authority that there is not',
    provider('type = "azure_key_vault"\nvault_url = "https://v"\nauthority_host = "AzureMars"'),
    ['4:18 variables_provider[0].authority_host: unknown authority host "AzureMars"'],
  ],
  [
    'an authority by a name that every object has',
    provider('type = "azure_key_vault"\nvault_url = "https://v"\nauthority_host = "constructor"'),
    ['4:18 variables_provider[0].authority_host: unknown authority host "constructor"'],
  ],
  [
    'a database at no URL',
    '[sqlite_database.a]\ntype = "libsql"\nurl = "libsql://a"\ntoken = "t"',
    ['3:7 sqlite_database.a.url: "libsql://a" is not a URL'],
  ],
  [
    'a model with an API that there is not',
    '[llm_compute]\ntype = "remote_http"\nurl = "http://a"\nauth_token = "t"\napi_type = "openai"',
    ['5:12 llm_compute.api_type: unknown API type "openai"'],
  ],
  [
    'a store of another type',
    '[key_value_store.a]\ntype = "etcd"',
    ['2:8 key_value_store.a.type: unknown key-value store type "etcd"'],
  ],
  [
    'a store without what it needs',
    '[key_value_store.a]\ntype = "redis"',
    ['1:18 key_value_store.a: missing field `url`'],
  ],
  [
    'a database of another type',
    '[sqlite_database.a]\ntype = "postgres"',
    ['2:8 sqlite_database.a.type: unknown SQLite database type "postgres"'],
  ],
  ['an unknown field of a limit', '[outbound_pg]\nmax = 1', ['2:1 outbound_pg.max: unknown field `max`']],
  [
    'what is no network',
    '[outbound_networking]\nblock_networks = ["10.0.0.1", "private"]',
    ['2:19 outbound_networking.block_networks[0]: "10.0.0.1" is not a network'],
  ],
  [
    'a table of certificates that is about nothing',
    '[[client_tls]]\ncomponent_ids = []',
    ['1:3 client_tls[0]: missing field `hosts`', '2:17 client_tls[0].component_ids: `component_ids` is empty'],
  ],
  [
    'a certificate without its key',
    '[[client_tls]]\ncomponent_ids = ["a"]\nhosts = ["b"]\nclient_cert_file = "c"',
    ['4:20 client_tls[0].client_cert_file: `client_cert_file` is there alone'],
  ],
  [
    'both limits of requests',
    '[outbound_http]\nmax_connections = 1\nmax_concurrent_requests = 1',
    ['3:27 outbound_http.max_concurrent_requests: `max_connections` is there too'],
  ],
  [
    'mistakes in several sections at once',
    'x = 1\n[llm_compute]\ntype = "y"\n[outbound_http]\nz = 1',
    [
      '1:1 x: unknown field `x`',
      '3:8 llm_compute.type: unknown LLM compute type "y"',
      '5:1 outbound_http.z: unknown field `z`',
    ],
  ],
];
for (const [why, text, errors] of cases) parsing(`refuses ${why}`, () => assert.equal(errorsOf(text), errors));

parsing.run();
