import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from './diagnostics.ts';
import { type Manifest, parseManifest } from './manifest.ts';

const manifests = suite('parseManifest');

/** Puts the three lines that every manifest needs before a text. */
function withHead(text: string): string {
  const trigger = text.includes('trigger.') ? '# triggers are below' : 'trigger = {}';
  return `spin_manifest_version = 2\napplication = { name = "app" }\n${trigger}\n${text}`;
}

function parse(text: string): { manifest: Manifest | null; problems: string[] } {
  const diagnostics = new Diagnostics('/spin.toml');
  const manifest = parseManifest(text, diagnostics);
  const problems = diagnostics
    .list('error')
    .map(({ line, column, field, message }) => `${line ?? '-'}:${column ?? '-'} ${field ?? '-'}: ${message}`);
  return { manifest, problems };
}

manifests('reads a manifest with every field', () => {
  const { manifest, problems } = parse(`
spin_manifest_version = 2

[application]
name = "app"
version = "1.2.3"
description = "An app"
authors = ["A <a@example.com>"]
targets = ["spin-up:3.3", { url = "https://example.com/t" }, { path = "t.toml" }, { registry = "r", id = "i:1" }]

[application.trigger.http]
base = "/"

[application.tool.lint]
level = "high"

[variables]
host = { default = "example.com", description = "A host" }
token = { required = true, secret = true }

[[trigger.http]]
id = "front"
route = "/..."
component = "hello"

[component.hello]
source = "hello.wasm"
description = "Says hello"
variables = { url = "https://{{ host }}" }
environment = { LANG = "C" }
files = ["static", { source = "assets", destination = "/" }]
exclude_files = []
allowed_outbound_hosts = ["https://{{ host }}"]
allowed_http_hosts = ["example.com"]
key_value_stores = ["default"]
sqlite_databases = ["my_db"]
ai_models = ["llama2-chat"]
targets = ["spin-up:3.3"]
dependencies_inherit_configuration = false
build = { command = ["make", "make test"], workdir = "src", watch = ["src/**"] }
tool.clean = { command = "make clean" }

[component.hello.profile.debug]
source = "debug.wasm"
environment = { LOG = "1" }
dependencies = {}
build.command = "make debug"
`);
  assert.equal(problems, []);
  assert.ok(manifest);
  const { triggers, components, triggerSettings, ...rest } = manifest;
  assert.equal(rest, {
    name: 'app',
    version: '1.2.3',
    description: 'An app',
    variables: [
      { field: 'variables.host', at: { line: 18, column: 1 }, name: 'host', default: 'example.com', secret: false },
      { field: 'variables.token', at: { line: 19, column: 1 }, name: 'token', default: undefined, secret: true },
    ],
  });
  assert.equal([...triggerSettings.keys()], ['http']);
  const [trigger] = triggers;
  assert.equal([trigger?.type, trigger?.id?.value], ['http', 'front']);
  assert.ok(trigger?.component && 'reference' in trigger.component && trigger.component.reference.value === 'hello');
  const [hello] = components;
  assert.equal(hello?.source?.value, { tag: 'path', val: 'hello.wasm' });
  assert.equal(
    hello?.files.map(({ value }) => value),
    [
      { source: 'static', destination: undefined },
      { source: 'assets', destination: '/' },
    ],
  );
  assert.equal(
    [hello?.keyValueStores, hello?.sqliteDatabases, hello?.aiModels],
    [['default'], ['my_db'], ['llama2-chat']],
  );
});

manifests('reads the three forms of a source', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  const { manifest, problems } = parse(
    withHead(`
[component.a]
source = "a.wasm"
[component.b]
source = { url = "https://example.com/b.wasm", digest = "${digest}" }
[component.c]
source = { registry = "ghcr.io", package = "n:p", version = "1.0.0" }`),
  );
  assert.equal(problems, []);
  assert.equal(
    manifest?.components.map(({ source }) => source?.value),
    [
      { tag: 'path', val: 'a.wasm' },
      { tag: 'url', val: { url: 'https://example.com/b.wasm', digest } },
      { tag: 'registry', val: { registry: 'ghcr.io', package: 'n:p', version: '1.0.0' } },
    ],
  );
});

const versions: [why: string, text: string, problem: string][] = [
  ['no version', '', '-:- -: missing field `spin_manifest_version`'],
  ['version 1 as a number', 'spin_manifest_version = 1', '1:25 spin_manifest_version: not a known manifest version'],
  ['version 2 as text', 'spin_manifest_version = "2"', '1:25 spin_manifest_version: not a known manifest version'],
  ['version 3', 'spin_manifest_version = 3', '1:25 spin_manifest_version: not a known manifest version'],
  ['version 2 by the old name', 'spin_version = 2', '1:16 spin_version: not a known manifest version'],
];
for (const [why, text, problem] of versions) {
  manifests(`refuses ${why}, and says no more`, () =>
    assert.equal(parse(text), { manifest: null, problems: [problem] }),
  );
}

manifests('refuses what is not TOML', () => {
  assert.equal(parse('a = '), { manifest: null, problems: ['1:5 : not valid TOML: unspecified values are invalid'] });
});

/** A whole manifest, from line 1. */
const wholes: [why: string, text: string, problems: string[]][] = [
  [
    'what must be there',
    'spin_manifest_version = 2',
    ['1:1 : missing field `application`', '1:1 : missing field `trigger`'],
  ],
  [
    'a name that is missing',
    'spin_manifest_version = 2\ntrigger = {}\n[application]\nversion = "1"',
    ['3:2 application: missing field `name`'],
  ],
  [
    'the old name of the version beside the new one',
    'spin_manifest_version = 2\nspin_version = "1"\ntrigger = {}\napplication.name = "a"',
    ['2:1 spin_version: unknown field `spin_version`'],
  ],
  [
    'unknown fields at each level',
    'spin_manifest_version = 2\nextra = 1\ntrigger = {}\n[application]\nname = "a"\nextra = 1',
    ['2:1 extra: unknown field `extra`', '6:1 application.extra: unknown field `extra`'],
  ],
];
for (const [why, text, problems] of wholes) {
  manifests(`notes ${why}`, () => assert.equal(parse(text).problems, problems));
}

/** What follows the three lines of `withHead`. */
const cases: [why: string, text: string, problems: string[]][] = [
  [
    'a variable without default that is not required',
    'variables.a = {}',
    ['4:11 variables.a: variable `a` is neither required nor has a default'],
  ],
  [
    'a required variable with a default',
    'variables.a = { required = true, default = "x" }',
    ['4:44 variables.a.default: variable `a` is required and has a default'],
  ],
  [
    'a default that is no string, once',
    'variables.a = { default = 1 }',
    ['4:27 variables.a.default: expected a string, found an integer'],
  ],
  [
    'a variable name in upper case',
    'variables.API_HOST = { required = true }',
    ['4:11 variables.API_HOST: variable name "API_HOST" is not in lower snake case'],
  ],
  [
    'an unknown field of a variable',
    'variables.a = { required = true, secert = true }',
    ['4:34 variables.a.secert: unknown field `secert`'],
  ],
  ['a trigger that is one table', '[trigger.http]\nroute = "/"', ['4:10 trigger.http: expected an array of tables']],
  [
    'a component reference that is not in kebab case',
    '[[trigger.http]]\ncomponent = "a_b"',
    ['5:13 trigger.http[0].component: component id "a_b" is not in kebab case'],
  ],
  [
    'a component that is neither id nor table',
    '[[trigger.http]]\ncomponent = 1',
    ['5:13 trigger.http[0].component: expected a table, found an integer'],
  ],
  [
    'components of a trigger',
    '[[trigger.http]]\ncomponents.a = "b"',
    ['5:16 trigger.http[0].components.a: `components` of a trigger is reserved for trigger plugins'],
  ],
  [
    'dependencies of a trigger',
    '[[trigger.http]]\ndependencies.middleware = []',
    ['5:1 trigger.http[0].dependencies: trigger dependencies are not supported yet'],
  ],
  [
    'what is wrong in an inline component',
    '[[trigger.http]]\ncomponent = { sorce = "x" }',
    [
      '5:13 trigger.http[0].component: missing field `source`',
      '5:15 trigger.http[0].component.sorce: unknown field `sorce`',
    ],
  ],
  [
    'a component id that is not in kebab case',
    '[component.My_App]\nsource = "a"',
    ['4:12 component.My_App: component id "My_App" is not in kebab case'],
  ],
  ['a component without a source', '[component.a]', ['4:12 component.a: missing field `source`']],
  ['an empty source', '[component.a]\nsource = ""', ['5:10 component.a.source: `source` is empty']],
  ['a source of another type', '[component.a]\nsource = 1', ['5:10 component.a.source: expected a string or a table']],
  [
    'a source by URL without digest',
    '[component.a]\nsource = { url = "https://u" }',
    ['5:10 component.a.source: missing field `digest`'],
  ],
  [
    'a digest of another form',
    '[component.a]\nsource = { url = "https://u", digest = "md5:00" }',
    ['5:40 component.a.source.digest: not a digest'],
  ],
  [
    'a source by registry without version',
    '[component.a]\nsource = { package = "a:b" }',
    ['5:10 component.a.source: missing field `version`'],
  ],
  [
    'an unknown field of a source',
    '[component.a]\nsource = { package = "a:b", version = "1.0.0", path = "x" }',
    ['5:48 component.a.source.path: unknown field `path`'],
  ],
  [
    'a variable name of a component in camel case',
    '[component.a]\nsource = "a"\nvariables = { apiHost = "x" }',
    ['6:15 component.a.variables.apiHost: variable name "apiHost" is not in lower snake case'],
  ],
  [
    'an environment variable that is no string',
    '[component.a]\nsource = "a"\nenvironment = { N = 1 }',
    ['6:21 component.a.environment.N: expected a string, found an integer'],
  ],
  [
    'files without a destination',
    '[component.a]\nsource = "a"\nfiles = [{ source = "s" }]',
    ['6:10 component.a.files[0]: missing field `destination`'],
  ],
  [
    'an unknown field of files',
    '[component.a]\nsource = "a"\nfiles = [{ source = "s", destination = "/", mode = 1 }]',
    ['6:45 component.a.files[0].mode: unknown field `mode`'],
  ],
  [
    'excluded files',
    '[component.a]\nsource = "a"\nexclude_files = ["x"]',
    ['6:17 component.a.exclude_files: `exclude_files` cannot be used in an image'],
  ],
  [
    'a store label of another grammar',
    '[component.a]\nsource = "a"\nkey_value_stores = ["ok", "b@d"]',
    ['6:27 component.a.key_value_stores[1]: label "b@d": expected kebab-case or snake_case'],
  ],
  [
    'a database label of another grammar',
    '[component.a]\nsource = "a"\nsqlite_databases = [""]',
    ['6:21 component.a.sqlite_databases[0]: label "": expected kebab-case or snake_case'],
  ],
  [
    'a source that is no URL',
    `[component.a]\nsource = { url = "ftp://a", digest = "sha256:${'0'.repeat(64)}" }`,
    ['5:18 component.a.source.url: "ftp://a" is not a URL to download from'],
  ],
  [
    'a source that is no package, in a version that is none',
    '[component.a]\nsource = { package = "p", version = "1.0" }',
    [
      '5:22 component.a.source.package: "p" is not a package',
      '5:37 component.a.source.version: "1.0" is not a version',
    ],
  ],
  [
    'a build without command',
    '[component.a]\nsource = "a"\nbuild = { workdir = "x" }',
    ['6:9 component.a.build: missing field `command`'],
  ],
  [
    'a build command of another type',
    '[component.a]\nsource = "a"\nbuild = { command = 1 }',
    ['6:21 component.a.build.command: expected a string, found an integer'],
  ],
  [
    'an unknown field of a build',
    '[component.a]\nsource = "a"\nbuild = { command = "x", comand = "y" }',
    ['6:26 component.a.build.comand: unknown field `comand`'],
  ],
  [
    'a target of two kinds, and one of none',
    '[component.a]\nsource = "a"\ntargets = [{ url = "u", path = "p" }, {}, { id = "i" }]',
    [
      '6:12 component.a.targets[0]: a target has one of `url`, `path`, and `registry` with `id`',
      '6:39 component.a.targets[1]: a target has one of `url`, `path`, and `registry` with `id`',
      '6:43 component.a.targets[2]: a target has one of `url`, `path`, and `registry` with `id`',
    ],
  ],
  [
    'a tool that is no table',
    '[component.a]\nsource = "a"\ntool.x = 1',
    ['6:10 component.a.tool.x: expected a table, found an integer'],
  ],
  [
    'what is wrong with the source and the dependencies of a profile',
    '[component.a]\nsource = "a"\nprofile.p = { source = "", dependencies = { "x y" = "1" } }',
    [
      '6:24 component.a.profile.p.source: `source` is empty',
      '6:45 component.a.profile.p.dependencies."x y": "x y" is not a dependency name',
    ],
  ],
  [
    'an unknown field of a profile',
    '[component.a]\nsource = "a"\nprofile.p = { files = [] }',
    ['6:15 component.a.profile.p.files: unknown field `files`'],
  ],
  [
    'an unknown field of a component',
    '[component.a]\nsource = "a"\nallowed_hosts = []',
    ['6:1 component.a.allowed_hosts: unknown field `allowed_hosts`'],
  ],
];
for (const [why, text, problems] of cases) {
  manifests(`notes ${why}`, () => assert.equal(parse(withHead(text)).problems, problems));
}

manifests('names everything that is wrong at once', () => {
  const { problems } = parse(withHead('extra = 1\n[variables]\nA = {}\n[component.a]\nfiles = 1'));
  assert.is(problems.length, 5);
});

manifests.run();
