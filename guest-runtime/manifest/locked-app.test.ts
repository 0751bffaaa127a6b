import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AppPlan, Diagnostic } from '../../host/gen/runtime.ts';
import { planBoth } from '../app/testing/plan.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

type Json = Record<string, unknown>;

const app = (more: Json = {}, component: Json = {}): Json => ({
  spin_lock_version: 1,
  metadata: { name: 'app', version: '1.0.0', triggers: { http: { base: '/' } }, trigger: { type: 'http', base: '/' } },
  triggers: [{ id: 't', trigger_type: 'http', trigger_config: { component: 'a', route: '/x/...', executor: null } }],
  components: [{ id: 'a', source: { content_type: 'application/wasm', digest: DIGEST }, ...component }],
  ...more,
});

function run(locked: Json): AppPlan | Diagnostic[] {
  return planBoth({ tag: 'locked', val: { name: 'locked app', text: JSON.stringify(locked, null, 1) } });
}

function planOf(locked: Json): AppPlan {
  const plan = run(locked);
  if (Array.isArray(plan)) throw new Error(plan.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return plan;
}

const locking = suite('parseLockedApp');

locking('plans triggers and sources by digest', () => {
  const plan = planOf(app());
  assert.equal([plan.name, plan.version], ['app', '1.0.0']);
  const [trigger] = plan.triggers;
  assert.equal(
    trigger?.val.routes.map(({ triggerId, rawRoute, target }) => [triggerId, rawRoute, target]),
    [['t', '/x/...', { tag: 'component', val: 'a' }]],
  );
  assert.equal(plan.components[0]?.source, { tag: 'digest', val: DIGEST });
});

locking('plans what a component is granted', () => {
  const plan = planOf(
    app(
      { variables: { host: { default: 'example.com' }, token: { secret: true } } },
      {
        metadata: {
          ...{ description: 'An app', key_value_stores: ['default'], databases: ['db'], ai_models: ['m'] },
          allowed_outbound_hosts: ['https://{{ host }}'],
          allowed_http_hosts: ['ignored.example'],
        },
        env: { A: '1' },
        config: { url: 'https://{{host}}' },
        files: [
          { content: { digest: DIGEST }, path: 'deep/a.txt' },
          { content: { inline: 'aGk=', digest: DIGEST }, path: 'b.txt' },
          { digest: DIGEST, path: 'b.txt' },
        ],
      },
    ),
  );
  const [component] = plan.components;
  assert.equal(plan.variables, [
    { name: 'host', default: 'example.com', secret: false },
    { name: 'token', default: undefined, secret: true },
  ]);
  assert.equal(
    [component?.description, component?.keyValueStores, component?.sqliteDatabases, component?.aiModels],
    ['An app', ['default'], ['db'], ['m']],
  );
  assert.equal(component?.environment, [['A', '1']]);
  assert.is(component?.allowedOutboundHosts.length, 1);
  assert.equal(component?.variables[0]?.[1][1], { tag: 'variable', val: 'host' });
  assert.equal(component?.assets, [
    { path: 'deep/a.txt', content: { tag: 'digest', val: DIGEST } },
    { path: 'b.txt', content: { tag: 'digest', val: DIGEST } },
  ]);
});

locking('plans dependencies', () => {
  const [component] = planOf(
    app(
      {},
      {
        dependencies: {
          'a:b/c': { source: { content_type: 'application/wasm', digest: DIGEST }, export: 'e', inherit: 'All' },
          d: { source: { digest: DIGEST }, inherit: { Some: ['variables'] } },
          e: { source: { digest: DIGEST } },
        },
      },
    ),
  ).components;
  assert.equal(
    component?.dependencies.map(({ name, source, export: export_, inherit }) => [name, source, export_, inherit]),
    [
      ['a:b/c', { tag: 'digest', val: DIGEST }, 'e', { tag: 'all' }],
      ['d', { tag: 'digest', val: DIGEST }, undefined, { tag: 'some', val: ['variables'] }],
      ['e', { tag: 'digest', val: DIGEST }, undefined, { tag: 'some', val: [] }],
    ],
  );
});

locking('decodes content that is inline', () => {
  const [component] = planOf(app({}, { files: [{ content: { inline: 'aGk=' }, path: 'b' }] })).components;
  assert.equal(component?.assets, [{ path: 'b', content: { tag: 'inline', val: new TextEncoder().encode('hi') } }]);
});

locking('converts the hosts of an old app', () => {
  const [component] = planOf(app({}, { metadata: { allowed_http_hosts: ['example.com'] } })).components;
  assert.is(component?.allowedOutboundHosts.length, 2);
});

locking('leaves fields alone that it does not know, and optional requirements', () => {
  const requirements = { local_service_chaining: 'required', teleport: 'optional' };
  planOf(app({ new_field: 1, must_understand: ['host_requirements'], host_requirements: requirements }, { other: 2 }));
});

const refusals: [why: string, locked: Json, errors: string[]][] = [
  ['another version', app({ spin_lock_version: 2 }), ['2:23 not a known version of a locked app']],
  ['what is no locked app', {}, ['1:1 missing field `spin_lock_version`']],
  [
    'what it cannot do',
    app({ must_understand: ['magic'], host_requirements: { teleport: 'required' } }),
    [
      '37:3 the app uses "magic", which this version does not understand',
      '40:3 the app requires "teleport" of its host, which is not supported',
    ],
  ],
  [
    'dependencies without a digest, or without a name',
    app(
      {},
      { dependencies: { 'a:b/c': { source: { source: 'file:///x' } }, 'no good': { source: { digest: DIGEST } } } },
    ),
    ['36:16 the source has no digest', '40:5 "no good" is not a dependency name'],
  ],
  [
    'a source on another machine',
    app({}, { source: { source: 'file:///x.wasm' } }),
    ['30:14 the source has no digest'],
  ],
  [
    'what is no digest',
    app({}, { source: { digest: 'sha256:x' } }),
    ['31:15 not a digest: expected `sha256:` and 64 hexadecimal digits in lower case'],
  ],
  [
    'files that lead out of the root, or have no content',
    app(
      {},
      { files: [{ content: { inline: '' }, path: '../x' }, { path: 'y' }, { content: { inline: '*' }, path: 'z' }] },
    ),
    ['39:14 invalid file mount "../x"', '41:5 the file has no content', '46:17 the content is not base64'],
  ],
  [
    'a trigger of another type',
    app({ triggers: [{ id: 't', trigger_type: 'cron', trigger_config: { component: 'a' } }] }),
    ['17:3 trigger type "cron" is not supported'],
  ],
];
for (const [why, locked, errors] of refusals) {
  locking(`refuses ${why}`, () => {
    const diagnostics = run(locked);
    assert.ok(Array.isArray(diagnostics));
    assert.equal(
      diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ line, column, message }) => `${line}:${column} ${message}`),
      errors,
    );
  });
}

locking('makes an app of a component by itself', () => {
  const plan = planBoth({ tag: 'component', val: DIGEST });
  assert.not(Array.isArray(plan));
  const { name, components, triggers } = plan as AppPlan;
  assert.equal(
    [name, components[0]?.id, triggers[0]?.val.routes[0]?.rawRoute],
    [DIGEST, 'http-trigger1-component', '/...'],
  );
});

locking.run();
