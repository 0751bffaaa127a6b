import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AppPlan } from '../../host/gen/runtime.ts';
import { planManifest } from '../app/testing/plan.ts';

function planOf(text: string): AppPlan {
  const plan = planManifest(text);
  if (Array.isArray(plan)) throw new Error(plan.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return plan;
}

function errorsOf(text: string): string[] {
  const plan = planManifest(text);
  if (!Array.isArray(plan)) return [];
  const errors = plan.filter(({ severity }) => severity === 'error');
  return errors.map(({ line, column, field, message }) => `${line}:${column} ${field}: ${message}`);
}

const HEAD = 'spin_version = "1"\nname = "app"\ntrigger = { type = "http" }\n';

/** A manifest with one component, whose further fields start in line 8. */
function withComponent(fields: string): string {
  return `${HEAD}[[component]]\nid = "a"\nsource = "a.wasm"\ntrigger.route = "/..."\n${fields}\n`;
}

const old = suite('readManifestV1');

old('plans an app with every field', () => {
  const plan = planOf(`
spin_manifest_version = "1"
name = "app"
version = "1.2.3"
description = "An app"
authors = ["A <a@example.com>"]
namespace = "ignored"
trigger = { type = "http", base = "/" }
[variables]
host = { default = "example.com" }
[[component]]
id = "hello"
source = "hello.wasm"
description = "Says hello"
files = [{ source = "static", destination = "/" }]
environment = { LANG = "C" }
config = { url = "https://{{ host }}" }
allowed_outbound_hosts = ["https://example.com"]
allowed_http_hosts = ["other.example.com"]
key_value_stores = ["default"]
sqlite_databases = ["db"]
ai_models = ["m"]
[component.build]
command = "make"
workdir = "src"
watch = ["src"]
[component.trigger]
route = "/hello/..."
executor = { type = "wagi" }
[[component]]
id = "second"
source = { url = "https://example.com/s.wasm", digest = "sha256:${'0'.repeat(64)}" }
trigger = { route = "/" }
`);
  assert.equal([plan.name, plan.version, plan.description], ['app', '1.2.3', 'An app']);
  const routes = plan.triggers.flatMap(({ val }) =>
    val.routes.map(({ triggerId, rawRoute, target, executor }) => [triggerId, rawRoute, target, executor]),
  );
  assert.equal(routes, [
    ['trigger-second', '/', { tag: 'component', val: 'second' }, 'http'],
    ['trigger-hello', '/hello/...', { tag: 'component', val: 'hello' }, 'wagi'],
  ]);
  const [hello, second] = plan.components;
  assert.equal([hello?.source, second?.source.tag], [{ tag: 'path', val: 'hello.wasm' }, 'url']);
  assert.equal(hello?.variables, [
    [
      'url',
      [
        { tag: 'literal', val: 'https://' },
        { tag: 'variable', val: 'host' },
      ],
    ],
  ]);
  assert.equal(
    [hello?.environment, hello?.keyValueStores, hello?.sqliteDatabases, hello?.aiModels],
    [[['LANG', 'C']], ['default'], ['db'], ['m']],
  );
  assert.is(hello?.allowedOutboundHosts.length, 3);
  assert.equal(
    plan.warnings.map(({ message }) => message),
    ['`base` has no effect', '`allowed_http_hosts` is deprecated'],
  );
});

old('lets a component reach databases that names no hosts', () => {
  const hosts = planOf(withComponent('')).components[0]?.allowedOutboundHosts;
  const schemes = hosts?.map((host) => host.tag === 'rule' && host.val.scheme);
  assert.equal(schemes, ['redis', 'mysql', 'postgres']);
  assert.equal(planOf(withComponent('allowed_outbound_hosts = []')).components[0]?.allowedOutboundHosts, []);
});

for (const [id, expected, warnings] of [
  ['hello-world', 'hello-world', 0],
  ['Hello_World', 'hello-world', 1],
  ['HELLO', 'HELLO', 0],
] as const) {
  old(`takes the id ${id} as ${expected}`, () => {
    const plan = planOf(withComponent('').replace('id = "a"', `id = "${id}"`));
    assert.equal([plan.components[0]?.id, plan.warnings.length], [expected, warnings]);
  });
}

old('takes the last of several components with one id, and says so', () => {
  const component = (id: string, source: string) =>
    `[[component]]\nid = "${id}"\nsource = "${source}"\ntrigger.route = "/${source}"\n`;
  const { components, warnings } = planOf(HEAD + component('a_b', 'a') + component('a-b', 'b'));
  assert.equal(
    components.map(({ source }) => source),
    [{ tag: 'path', val: 'b' }],
  );
  assert.match(warnings.at(-1)?.message ?? '', 'component `a-b` takes the place of another one of this id');
});

const refusals: [why: string, text: string, errors: string[]][] = [
  ['what lacks everything', 'spin_version = "1"', ['1:1 : missing field `name`', '1:1 : missing field `trigger`']],
  ['a trigger without type', 'spin_version = "1"\nname = "a"\ntrigger = {}', ['3:11 trigger: missing field `type`']],
  ['an unknown field', `${HEAD}application = {}`, ['4:1 application: unknown field `application`']],
  [
    'a component that lacks everything',
    `${HEAD}[[component]]`,
    [
      '4:3 component[0]: missing field `id`',
      '4:3 component[0]: missing field `source`',
      '4:3 component[0]: missing field `trigger`',
    ],
  ],
  [
    'fields of a later version',
    withComponent('variables = {}\ndependencies = {}'),
    [
      '8:1 component[0].variables: unknown field `variables`',
      '9:1 component[0].dependencies: unknown field `dependencies`',
    ],
  ],
  [
    'an id that cannot be written in kebab case',
    withComponent('').replace('id = "a"', 'id = "1 + 1"'),
    ['5:6 component[0].id: component id "1 + 1" is not in kebab case'],
  ],
  [
    'an unknown field of a trigger',
    withComponent('trigger.rout = "/"'),
    ['8:9 component[0].trigger.rout: unknown field `rout`'],
  ],
  [
    'a base',
    withComponent('').replace('type = "http"', 'type = "http", base = "/x"'),
    ['3:35 trigger.base: `base` is not supported'],
  ],
  [
    'a trigger of another type',
    withComponent('').replace('"http"', '"cron"'),
    ['7:1 component[0].trigger: trigger type "cron" is not supported'],
  ],
];
for (const [why, text, errors] of refusals) old(`refuses ${why}`, () => assert.equal(errorsOf(text), errors));

old.run();
