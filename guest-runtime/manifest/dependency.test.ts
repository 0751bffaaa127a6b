import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DependencyPlan, Diagnostic } from '../../host/gen/runtime.ts';
import { planManifest } from '../app/testing/plan.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

/** A manifest whose component `a` has dependencies, which start in line 9, and that has a component `b`. */
function withDependencies(dependencies: string, fields = '', b = ''): string {
  return `spin_manifest_version = 2
application = { name = "app" }
[[trigger.http]]
route = "/..."
component = "a"
[component.a]
source = "a.wasm"
${fields}
dependencies = { ${dependencies} }
[component.b]
source = "b.wasm"
${b}`;
}

function run(text: string) {
  const plan = planManifest(text);
  const diagnostics: Diagnostic[] = Array.isArray(plan) ? plan : plan.warnings;
  const messages = diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`);
  return { dependencies: Array.isArray(plan) ? [] : (plan.components[0]?.dependencies ?? []), messages };
}

const planning = suite('dependencies');

const INTERFACE = { tag: 'package', val: { package: 'x:y', interface: 'z', version: undefined } } as const;
const NOTHING = { tag: 'some', val: [] } as const;

const forms: [why: string, entry: string, plan: Partial<DependencyPlan>][] = [
  [
    'a version',
    '"x:y/z" = ">= 0.1.0"',
    {
      ...{ name: 'x:y/z', imports: INTERFACE, export: undefined, inherit: { ...NOTHING, val: [] } },
      source: { tag: 'registry', val: { registry: undefined, package: 'x:y', version: '>= 0.1.0' } },
      location: { file: '/spin.toml', line: 9, column: 18 },
    },
  ],
  [
    'a package of another name, for a plain name',
    'log = { version = "1", registry = "example.com", package = "n:p", export = "e:f/g" }',
    {
      ...{ name: 'log', imports: { tag: 'plain', val: 'log' }, export: 'e:f/g' },
      source: { tag: 'registry', val: { registry: 'example.com', package: 'n:p', version: '1' } },
    },
  ],
  ['a file', '"x:y/z" = { path = "lib/z.wasm" }', { source: { tag: 'path', val: 'lib/z.wasm' } }],
  [
    'a URL, for all imports of a package of one version',
    `"x:y@1.2.3" = { url = "https://example.com/z.wasm", digest = "${DIGEST}" }`,
    {
      source: { tag: 'url', val: { url: 'https://example.com/z.wasm', digest: DIGEST } },
      imports: { tag: 'package', val: { package: 'x:y', interface: undefined, version: '1.2.3' } },
    },
  ],
  [
    'a component of the app',
    '"x:y/z" = { component = "b", export = "e" }',
    { source: { tag: 'path', val: 'b.wasm' }, export: 'e' },
  ],
  ['all grants', '"x:y/z" = { path = "z", inherit_configuration = true }', { inherit: { tag: 'all' } }],
  ['no grants', '"x:y/z" = { path = "z", inherit_configuration = false }', { inherit: { ...NOTHING, val: [] } }],
  [
    'some grants',
    '"x:y/z" = { path = "z", inherit_configuration = ["ai_models", "allowed_outbound_hosts", "environment", "files", ' +
      '"key_value_stores", "sqlite_databases", "variables"] }',
    {
      inherit: {
        tag: 'some',
        val: [
          ...(['ai-models', 'allowed-outbound-hosts', 'environment', 'files'] as const),
          ...(['key-value-stores', 'sqlite-databases', 'variables'] as const),
        ],
      },
    },
  ],
];
for (const [why, entry, expected] of forms) {
  planning(`plans ${why}`, () => {
    const { dependencies, messages } = run(withDependencies(entry));
    assert.equal(messages, []);
    const [found, ...others] = dependencies;
    assert.equal({ ...found, ...expected }, found);
    assert.equal(others, []);
  });
}

planning('gives all of them all grants where the component says so', () => {
  const text = withDependencies('"x:y" = "1", "x:z" = { path = "z" }', 'dependencies_inherit_configuration = true');
  assert.equal(
    run(text).dependencies.map(({ inherit }) => inherit.tag),
    ['all', 'all'],
  );
});

planning('takes the only version that the component of the app names', () => {
  const text = withDependencies('"x:y/z" = { component = "b" }').replace(
    '"b.wasm"',
    '{ package = "n:p", version = "1.2.3" }',
  );
  const source = run(text).dependencies[0]?.source;
  assert.equal(source, { tag: 'registry', val: { registry: undefined, package: 'n:p', version: '=1.2.3' } });
});

planning('warns of grants that there are not, and leaves them out', () => {
  const { dependencies, messages } = run(withDependencies('"x:y" = { path = "z", inherit_configuration = ["hosts"] }'));
  assert.equal(dependencies[0]?.inherit, NOTHING);
  assert.equal(messages, ['9:65 nothing is granted by "hosts"']);
});

for (const pair of [
  ['x:y/a', 'x:y/b'],
  ['x:y@1.0.0', 'x:y@2.0.0'],
  ['x:y/a@0.1.0', 'x:y/a@0.2.0'],
  ['x:y', 'x:z'],
  ['x', 'y'],
]) {
  planning(`takes ${pair.join(' beside ')}`, () => {
    const { messages } = run(withDependencies(pair.map((name) => `"${name}" = { path = "z" }`).join(', ')));
    assert.equal(messages, []);
  });
}

const refusals: [why: string, text: string, messages: string[]][] = [
  ...['no good', 'a:', 'a:b/', 'a:b/c/d', 'a:b@1', 'a_b', 'a:b:c'].map((name): [string, string, string[]] => [
    `the name ${name}`,
    withDependencies(`"${name}" = "1"`),
    [`9:18 ${JSON.stringify(name)} is not a dependency name`],
  ]),
  ['what is neither version nor table', withDependencies('"x:y" = 1'), ['9:26 expected a string or a table']],
  ['a table without a source', withDependencies('"x:y" = {}'), ['9:26 the dependency has no source']],
  ['a source of two kinds', withDependencies('"x:y" = { path = "p", version = "1" }'), ['9:28 unknown field `path`']],
  ['an empty path', withDependencies('"x:y" = { path = "" }'), ['9:35 `path` is empty']],
  ['a URL without a digest', withDependencies('"x:y" = { url = "https://e.com" }'), ['9:26 missing field `digest`']],
  ['what is no version', withDependencies('"x:y" = "latest"'), ['9:26 "latest" is not a range of versions']],
  ['what is no package', withDependencies('"x:y" = { version = "1", package = "p" }'), ['9:53 "p" is not a package']],
  [
    'a plain name without a package',
    withDependencies('x = "1", y = { version = "1" }'),
    ['9:18 a plain name does not say which package to use', '9:27 a plain name does not say which package to use'],
  ],
  [
    'an export for a whole package',
    withDependencies('"x:y" = { path = "p", export = "e" }, "x:z" = { version = "1", export = "e" }'),
    ['9:49 an export cannot satisfy a whole package', '9:90 an export cannot satisfy a whole package'],
  ],
  [
    'grants by the component and by the dependency',
    withDependencies(
      '"x:y" = { path = "p", inherit_configuration = true }',
      'dependencies_inherit_configuration = true',
    ),
    ['9:64 the component sets `dependencies_inherit_configuration`'],
  ],
  [
    'grants of another type',
    withDependencies('"x:y" = { path = "p", inherit_configuration = "all" }'),
    ['9:64 expected true or false, found a string'],
  ],
  [
    'two for one import',
    withDependencies('"x:y" = "1", "x:y/z@1.0.0" = "1"'),
    ['9:31 the dependency conflicts with "x:y"'],
  ],
  [
    'two for compatible versions',
    withDependencies('"x:y/z@1.0.0" = "1", "x:y/z@1.2.0" = "1"'),
    ['9:39 the dependency conflicts with "x:y/z@1.0.0"'],
  ],
  [
    'a component that there is not',
    withDependencies('"x:y" = { component = "c" }'),
    ['9:40 no component is named "c"'],
  ],
  [
    'a component that is granted something itself',
    withDependencies('"x:y" = { component = "b" }', '', 'ai_models = ["m"]\nenvironment = { A = "1" }'),
    ['9:40 component `b` cannot be a dependency, because it has `ai_models`, `environment`'],
  ],
];
for (const [why, text, messages] of refusals) {
  planning(`refuses ${why}`, () => assert.equal(run(text), { dependencies: [], messages }));
}

planning.run();
