import { execFileSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeForm, type Form } from './form.ts';
import type { Table } from './locked-app.ts';
import type { TarEntry } from './tar.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const entries: TarEntry[] = [
  { kind: 'file', path: 'spin.toml', content: text('') },
  { kind: 'file', path: 'a.wasm', content: text('a') },
  { kind: 'file', path: 'b.wasm', content: text('b') },
  { kind: 'directory', path: 'static' },
  { kind: 'file', path: 'static/large', content: text('x'.repeat(129)) },
  { kind: 'file', path: 'static/deep/small', content: text('x'.repeat(128)) },
];
const manifest = {
  application: { name: 'app' },
  variables: { x: { default: '1' } },
  trigger: {
    http: [
      { route: '/...', component: 'a' },
      { route: '/i', id: 'i', component: { source: 'a.wasm' } },
    ],
  },
  component: { a: { source: 'a.wasm', files: [{ source: 'static', destination: '/s' }] } },
};

async function encode(form: Form, app: Table = manifest): Promise<Uint8Array> {
  return encodeForm(form, app, entries, { name: 'app:1', platform: { os: 'linux', architecture: 'amd64' } });
}

function read(archive: Uint8Array, path: string): Buffer {
  return execFileSync('tar', ['xOf', '-', path], { input: archive });
}

function blob(archive: Uint8Array, { digest }: { digest: string }): Buffer {
  return read(archive, `blobs/${digest.replace(':', '/')}`);
}

function open(archive: Uint8Array) {
  const [entry] = JSON.parse(read(archive, 'index.json').toString()).manifests;
  const { config, layers } = JSON.parse(blob(archive, entry).toString());
  return {
    configType: config.mediaType.replace(/^application\/vnd\./, ''),
    config: JSON.parse(blob(archive, config).toString()),
    types: layers.map(({ mediaType }: { mediaType: string }) => mediaType.replace(/^application\/vnd\./, '')),
    layers: layers.map((layer: { digest: string }) => blob(archive, layer)),
  };
}

const encoding = suite('encodeForm');

encoding(
  'has a layer for each component and each file of some size, each content once, and the locked app last',
  async () => {
    const { config, types, layers } = open(await encode('spin'));
    assert.is(config.architecture, 'wasm');
    assert.equal(types, [
      'wasm.content.layer.v1+wasm',
      'wasm.content.layer.v1+data',
      'fermyon.spin.application.v1+config',
    ]);
    assert.is(layers[0].toString(), 'a');
    assert.is(layers[1].length, 129);
    const locked = JSON.parse(layers[2].toString());
    assert.equal(
      locked.components.map(({ id }: { id: string }) => id),
      ['a', 'i-component'],
    );
    const [large, small] = locked.components[0].files;
    assert.equal([large.path, large.content.inline], ['s/large', undefined]);
    assert.equal([small.path, atob(small.content.inline).length], ['s/deep/small', 128]);
    assert.equal(locked.triggers[1].trigger_config, { component: 'i-component', route: '/i' });
    assert.equal(locked.variables, { x: { default: '1', secret: false } });
  },
);

encoding('has the files of a component in one archive', async () => {
  const { types, layers } = open(await encode('spin-archive'));
  assert.is(types[1], 'wasm.content.bundle.v1.tar+gzip');
  const listing = execFileSync('tar', ['tzf', '-'], { input: layers[1], encoding: 'utf8' });
  assert.match(listing, 's/deep/small\n');
});

encoding('has the locked app of Spin 1 for a config', async () => {
  const { configType, config, types } = open(await encode('spin-1'));
  assert.is(configType, 'fermyon.spin.application.v1+config');
  assert.is(config.components[0].id, 'a');
  assert.equal(types, ['wasm.content.layer.v1+wasm', 'wasm.content.layer.v1+data']);
});

encoding('has a layer for each dependency, and what it inherits', async () => {
  const dependencies = {
    'x:y/one': { path: 'b.wasm', export: 'z', inherit_configuration: true },
    'x:y/two': { path: 'b.wasm', inherit_configuration: ['files'] },
    'x:y/three': { component: 'b' },
  };
  const component = { a: { source: 'a.wasm', dependencies }, b: { source: 'b.wasm' } };
  const { types, layers } = open(await encode('spin', { component }));
  assert.equal(types.slice(0, 2), ['wasm.content.layer.v1+wasm', 'wasm.content.layer.v1+wasm']);
  assert.is(layers[1].toString(), 'b');
  const locked = JSON.parse(layers.at(-1).toString()).components[0].dependencies;
  const { source } = locked['x:y/one'];
  assert.match(source.digest, /^sha256:/);
  assert.equal(locked, {
    'x:y/one': { source, export: 'z', inherit: 'All' },
    'x:y/two': { source, inherit: { Some: ['files'] } },
    'x:y/three': { source, inherit: { Some: [] } },
  });
});

encoding('has the files that globs name, without those that are excluded', async () => {
  const component = { a: { source: 'a.wasm', files: ['static/**/*'], exclude_files: ['**/small'] } };
  const { layers } = open(await encode('spin', { component }));
  const [{ files }] = JSON.parse(layers.at(-1).toString()).components;
  assert.equal(
    files.map(({ path }: { path: string }) => path),
    ['static/large'],
  );
});

for (const [what, component, message] of [
  [
    'a dependency',
    { source: 'a.wasm', dependencies: { 'x:y/z': '1.0.0' } },
    'dependency "x:y/z" is no file of the app',
  ],
  ['a source', { source: { url: 'https://example.com/a.wasm' } }, 'component "a" has no file of the app for a source'],
] as const) {
  encoding(`refuses ${what} from elsewhere, which it does not fetch`, async () => {
    const error = await encode('spin', { component: { a: component } }).catch((error: Error) => error);
    assert.match((error as Error).message, message);
  });
}

encoding('names outbound hosts as they are named now', async () => {
  const component = { source: 'a.wasm', allowed_outbound_hosts: ['https://a'], allowed_http_hosts: ['b', 'self'] };
  const { layers } = open(await encode('spin', { component: { a: component } }));
  const [{ metadata }] = JSON.parse(layers.at(-1).toString()).components;
  assert.equal(metadata.allowed_outbound_hosts, ['https://a', 'http://b', 'https://b', 'http://self']);
});

encoding('takes a manifest of version 1', async () => {
  const component = { id: 'My_App', source: 'a.wasm', config: { k: 'v' }, environment: { A: '1' } };
  const old = {
    ...{ spin_version: '1', name: 'old', trigger: { type: 'http', base: '/' } },
    component: [{ ...component, allowed_http_hosts: ['c'], trigger: { route: '/...' } }],
  };
  const { layers } = open(await encode('spin', old));
  const { metadata, triggers, components } = JSON.parse(layers.at(-1).toString());
  assert.equal([metadata.name, metadata.triggers], ['old', { http: { base: '/' } }]);
  const config = { component: 'my-app', route: '/...' };
  assert.equal(triggers, [{ id: 'trigger-my-app', trigger_type: 'http', trigger_config: config }]);
  const [{ id, env, config: variables, metadata: granted }] = components;
  assert.equal([id, env, variables], ['my-app', { A: '1' }, { k: 'v' }]);
  const databases = ['redis://*:*', 'mysql://*:*', 'postgres://*:*'];
  assert.equal(granted.allowed_outbound_hosts, [...databases, 'http://c', 'https://c']);
});

encoding('gives the same bytes each time', async () => {
  for (const form of ['docker', 'spin', 'spin-archive'] as const) assert.equal(await encode(form), await encode(form));
});

encoding('refuses to make one component of two', async () => {
  const error = await encode('wkg').catch((error: Error) => error);
  assert.match((error as Error).message, 'for an app of one component');
});

encoding.run();
