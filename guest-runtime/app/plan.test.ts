import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AppPlan } from '../../host/gen/runtime.ts';
import { planManifest } from './testing/plan.ts';

function planOf(text: string): AppPlan {
  const plan = planManifest(text);
  if (Array.isArray(plan)) throw new Error(plan.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return plan;
}

function errorsOf(text: string): string[] {
  const diagnostics = planManifest(text);
  return Array.isArray(diagnostics)
    ? diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : [];
}

/** A manifest of one component, whose fields start in line 7. */
function withComponent(fields: string, rest = ''): string {
  const head = 'spin_manifest_version = 2\napplication = { name = "app" }\n[[trigger.http]]\n';
  return `${head}route = "/..."\ncomponent = "a"\n[component.a]\n${fields}\n${rest}`;
}

const SOURCE = 'source = "a.wasm"';

const planning = suite('planApp');

planning('plans a whole app', () => {
  const plan = planOf(`
spin_manifest_version = 2
[application]
name = "app"
version = "1.0.0"
description = "An app"
[variables]
host = { default = "example.com" }
token = { required = true, secret = true }
[[trigger.http]]
route = "/..."
component = "hello"
[component.hello]
source = "target/hello.wasm"
description = "Says hello"
environment = { B = "2", A = "1" }
files = ["static", { source = "assets/../img", destination = "/a/./b" }]
key_value_stores = ["default"]
sqlite_databases = ["db"]
ai_models = ["m"]
allowed_outbound_hosts = ["https://{{ host }}", "http://10.0.0.0/8:*"]
[component.hello.variables]
url = "https://{{ host }}/{{token}}"
`);
  assert.equal(plan, {
    name: 'app',
    version: '1.0.0',
    description: 'An app',
    variables: [
      { name: 'host', default: 'example.com', secret: false },
      { name: 'token', default: undefined, secret: true },
    ],
    triggers: [
      {
        tag: 'http',
        val: {
          routes: [
            {
              triggerId: 'hello-http-trigger',
              pattern: [{ tag: 'wildcard' }],
              target: { tag: 'component', val: 'hello' },
              executor: 'http',
              argv: undefined,
              rawRoute: '/...',
              matchedRoute: '/...',
              componentRoute: '',
            },
          ],
        },
      },
    ],
    components: [
      {
        id: 'hello',
        description: 'Says hello',
        source: { tag: 'path', val: 'target/hello.wasm' },
        location: { file: '/spin.toml', line: 14, column: 10 },
        dependencies: [],
        environment: [
          ['B', '2'],
          ['A', '1'],
        ],
        variables: [
          [
            'url',
            [
              { tag: 'literal', val: 'https://' },
              { tag: 'variable', val: 'host' },
              { tag: 'literal', val: '/' },
              { tag: 'variable', val: 'token' },
            ],
          ],
        ],
        files: [
          { source: 'static', destination: '/static', location: { file: '/spin.toml', line: 17, column: 10 } },
          { source: 'assets/../img', destination: '/a/b', location: { file: '/spin.toml', line: 17, column: 20 } },
        ],
        assets: [],
        allowedOutboundHosts: [
          {
            tag: 'template',
            val: [
              { tag: 'literal', val: 'https://' },
              { tag: 'variable', val: 'host' },
            ],
          },
          {
            tag: 'rule',
            val: { scheme: 'http', host: { tag: 'cidr', val: [Uint8Array.of(10, 0, 0, 0), 8] }, port: { tag: 'any' } },
          },
        ],
        keyValueStores: ['default'],
        sqliteDatabases: ['db'],
        aiModels: ['m'],
      },
    ],
    warnings: [],
  });
});

planning('hands warnings over with the plan', () => {
  const plan = planOf(withComponent(`${SOURCE}\nallowed_http_hosts = ["example.com"]`));
  assert.equal(
    plan.warnings.map(({ line, column, message, fix }) => `${line}:${column} ${message}: ${fix}`),
    [
      '8:23 `allowed_http_hosts` is deprecated: ' +
        'use `allowed_outbound_hosts = ["http://example.com","https://example.com"]`',
    ],
  );
  assert.equal(plan.components[0]?.allowedOutboundHosts.length, 2);
});

planning('expands the hosts of service chaining to the components there are', () => {
  const plan = planOf(
    withComponent(`${SOURCE}\nallowed_outbound_hosts = ["http://*.spin.internal"]`, '[component.b]\nsource = "b.wasm"'),
  );
  const hosts = plan.components[0]?.allowedOutboundHosts.map((host) => host.tag === 'rule' && host.val.host);
  assert.equal(hosts, [
    { tag: 'exact', val: 'a.spin.internal' },
    { tag: 'exact', val: 'b.spin.internal' },
  ]);
});

for (const preset of ['', 'example.com', 'a:80']) {
  planning(`keeps a template whose defaults are fine: ${JSON.stringify(preset)}`, () => {
    const plan = planOf(
      withComponent(`${SOURCE}\nallowed_outbound_hosts = ["http://{{ h }}"]`, `[variables]\nh.default = "${preset}"`),
    );
    assert.is(plan.components[0]?.allowedOutboundHosts[0]?.tag, 'template');
  });
}

planning('plans an app without any component', () => {
  const text =
    'spin_manifest_version = 2\ntrigger.http = [{ route = "/", static_response = {} }]\n[application]\nname = "app"';
  assert.equal(planOf(text).components, []);
});

const refusals: [why: string, text: string, errors: string[]][] = [
  [
    'a trigger of another type, each',
    'spin_manifest_version = 2\napplication.name = "app"\n[[trigger.redis]]\nchannel = "x"\n[[trigger.cron]]\n',
    ['3:11 trigger type "redis" is not supported', '5:11 trigger type "cron" is not supported'],
  ],
  [
    'settings of the http trigger that are wrong',
    'spin_manifest_version = 2\ntrigger = {}\n[application]\nname = "app"\ntrigger.http.base = "/x"',
    ['5:21 `base` is not supported'],
  ],
  [
    'a variable that is not declared',
    withComponent(`${SOURCE}\nvariables = { a = "{{ nope }}" }`),
    ['8:19 unknown variable "nope"'],
  ],
  [
    'a malformed template',
    withComponent(`${SOURCE}\nvariables = { a = "{{ nope" }`),
    ["8:19 unmatched '{{' in template"],
  ],
  [
    'a host that is no rule',
    withComponent(`${SOURCE}\nallowed_outbound_hosts = ["a.com"]`),
    ['8:27 "a.com" has no scheme'],
  ],
  [
    'a host that names no declared variable',
    withComponent(`${SOURCE}\nallowed_outbound_hosts = ["http://{{ nope }}"]`),
    ['8:27 unknown variable "nope"'],
  ],
  [
    'a host that its defaults break',
    withComponent(`${SOURCE}\nallowed_outbound_hosts = ["http://{{ h }}:x"]`, '[variables]\nh.default = "example.com"'),
    ['8:27 with the defaults of its variables: port "x" is not a port'],
  ],
  [
    'a deprecated host with a path',
    withComponent(`${SOURCE}\nallowed_http_hosts = ["a.com/x"]`),
    ['8:23 "a.com/x" is not a host', '8:23 `allowed_http_hosts` is deprecated'],
  ],
  [
    'a pattern of files',
    withComponent(`${SOURCE}\nfiles = ["static/*.png"]`),
    ['8:10 only directories can be mounted from an image, not "static/*.png"'],
  ],
  ['files without a source', withComponent(`${SOURCE}\nfiles = [""]`), ['8:10 the source of files is empty']],
  [
    'mistakes of every kind at once, by line',
    withComponent('files = ["*"]\nallowed_outbound_hosts = ["x"]\nextra = 1'),
    [
      '6:12 missing field `source`',
      '7:10 only directories can be mounted from an image, not "*"',
      '8:27 "x" has no scheme',
      '9:1 unknown field `extra`',
    ],
  ],
];
for (const [why, text, errors] of refusals) {
  planning(`refuses ${why}`, () => assert.equal(errorsOf(text), errors));
}

planning('keeps only the components it is told to', () => {
  const text = withComponent(
    SOURCE,
    '[component.b]\nsource = "b.wasm"\n[[trigger.http]]\nroute = "/b"\ncomponent = "b"\n',
  );
  const plan = planManifest(text, ['b']);
  assert.ok(!Array.isArray(plan));
  assert.equal(
    plan.components.map(({ id }) => id),
    ['b'],
  );
});

planning.run();
