// Fetches with a real process from servers on the loopback.

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type RemoteResult, type RemoteSource, resolveRemotes } from '../plan/remote-source.ts';
import { createAppPlan, createComponentPlan } from '../worker/testing/prepared-app.ts';
import { createFetchRemotes } from './fetch.ts';
import { type RegistryOptions, startRegistry } from './testing/registry.ts';

type Context = { cache: string };

const command = {
  path: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'testing/remote-role.ts')],
};

const bytes = (text: string) => new TextEncoder().encode(text);
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const fetching = suite<Context>('createFetchRemotes');

fetching.before.each(async (context) => {
  context.cache = await mkdtemp(join(tmpdir(), 'remote-'));
});
fetching.after.each(({ cache }) => rm(cache, { recursive: true }));

/** Fetches a source out of a registry, or says what is wrong. `make` gets the registry's name. */
async function run(
  { cache }: Context,
  options: RegistryOptions,
  make: (registry: string) => RemoteSource,
): Promise<{ content: string; asked: readonly string[] }> {
  await using registry = await startRegistry(options);
  const fetch = createFetchRemotes({ cacheDirectory: cache, command, defaultRegistry: registry.name });
  const [result] = await fetch([make(registry.name)]);
  return { content: await contentOf(result), asked: registry.asked };
}

async function contentOf(result: RemoteResult | undefined): Promise<string> {
  if (!result || 'message' in result) return `refused: ${result?.message}`;
  return readFile(join(result.directory, 'component.wasm'), 'utf8');
}

const fromUrl = (registry: string, path: string, digest: string): RemoteSource => ({
  tag: 'url',
  val: { url: `http://${registry}${path}`, digest },
});
const fromPackage = (version: string, registry?: string, name = 'n:p'): RemoteSource => ({
  tag: 'registry',
  val: { registry, package: name, version },
});

fetching('fetches by URL what has the digest', async (context) => {
  const files = { '/a.wasm': bytes('hello') };
  const { content } = await run(context, { files }, (name) => fromUrl(name, '/a.wasm', digestOf('hello')));
  assert.is(content, 'hello');
});

fetching('refuses what has another digest, and keeps nothing of it', async (context) => {
  const files = { '/a.wasm': bytes('hello') };
  const { content } = await run(context, { files }, (name) => fromUrl(name, '/a.wasm', digestOf('other')));
  assert.match(content, `is not what was asked for: its digest is ${digestOf('hello')}`);
  const again = await run(context, { files: {} }, (name) => fromUrl(name, '/a.wasm', digestOf('hello')));
  assert.match(again.content, 'the server answers 404');
});

fetching('says what a server answers, or that there is none', async (context) => {
  const { content } = await run(context, {}, (name) => fromUrl(name, '/a.wasm', digestOf('')));
  assert.match(content, /^refused: http:\/\/127\.0\.0\.1:\d+\/a\.wasm: the server answers 404 Not Found$/);
  const nowhere = await run(context, {}, () => fromUrl('127.0.0.1:1', '/', digestOf('')));
  assert.match(nowhere.content, /^refused: cannot reach 127\.0\.0\.1:1: .*ECONNREFUSED|bad port/);
});

const packages = {
  'n/p:0.1.0': bytes('0.1.0'),
  'n/p:1.0.0': bytes('1.0.0'),
  'n/p:1.2.0': bytes('1.2.0'),
  'n/p:2.0.0_build': bytes('2.0.0'),
};

for (const [version, content] of [
  ['1.0.0', '1.0.0'],
  ['=1.0.0', '1.0.0'],
  ['2.0.0+build', '2.0.0'],
  ['1', '1.2.0'],
  ['>=0.1.0, <1', '0.1.0'],
] as const) {
  fetching(`takes ${content} of a package for ${version}`, async (context) => {
    const found = await run(context, { packages }, (registry) => fromPackage(version, registry));
    assert.is(found.content, content);
  });
}

fetching('asks the default registry for a package that names none', async (context) => {
  assert.is((await run(context, { packages }, () => fromPackage('1.0.0'))).content, '1.0.0');
});

fetching('goes where the registry says that its packages are', async (context) => {
  await using behind = await startRegistry({ packages: { 'org/n/p:1.0.0': bytes('behind') } });
  const oci = { registry: behind.name, namespacePrefix: 'org/' };
  const files = { '/.well-known/wasm-pkg/registry.json': { preferredProtocol: 'oci', oci } };
  assert.is((await run(context, { files }, (name) => fromPackage('1.0.0', name))).content, 'behind');
});

fetching('asks for a token where the registry wants one', async (context) => {
  const { content, asked } = await run(context, { packages, wantsToken: true }, (name) => fromPackage('1.0.0', name));
  assert.is(content, '1.0.0');
  assert.equal(
    asked.filter((path) => path.startsWith('/token')),
    ['/token?service=registry&scope=repository%3Ax%3Apull'],
  );
});

const refusals: [why: string, options: RegistryOptions, source: RemoteSource, message: RegExp][] = [
  ['a version that there is not', { packages }, fromPackage('9.0.0'), /^refused: n:p@9\.0\.0: the server answers 404/],
  ['a range without a version', { packages }, fromPackage('>9'), /^refused: no version of n:p is within ">9"$/],
  ['a package that there is not', {}, fromPackage('1.0.0', undefined, 'x:y'), /^refused: x:y@1\.0\.0: the server/],
  [
    'a registry of another protocol',
    { files: { '/.well-known/wasm-pkg/registry.json': { preferredProtocol: 'warg' } } },
    fromPackage('1.0.0'),
    /speaks warg, and only oci is understood$/,
  ],
  [
    'a package that is no component',
    { files: { '/v2/n/p/manifests/1.0.0': { layers: [{ mediaType: 'text/plain', digest: 'sha256:0' }] } } },
    fromPackage('1.0.0'),
    /^refused: n:p@1\.0\.0: the package is not one component$/,
  ],
];
for (const [why, options, source, message] of refusals) {
  fetching(`refuses ${why}`, async (context) => {
    assert.match((await run(context, options, () => source)).content, message);
  });
}

fetching.run();

const resolving = suite<Context>('resolveRemotes');

resolving.before.each(async (context) => {
  context.cache = await mkdtemp(join(tmpdir(), 'remote-'));
});
resolving.after.each(({ cache }) => rm(cache, { recursive: true }));

resolving(
  'fetches each source once, for components and dependencies, and then takes it out of the cache',
  async ({ cache }) => {
    await using registry = await startRegistry({ packages });
    const fetch = createFetchRemotes({ cacheDirectory: cache, command, defaultRegistry: undefined });
    const source = fromPackage('1.0.0', registry.name);
    const location = { file: 'f', line: 1, column: 1 };
    const dependency = {
      name: 'x',
      imports: { tag: 'plain', val: 'x' },
      source,
      inherit: { tag: 'all' },
      location,
    } as const;
    const plan = createAppPlan([createComponentPlan('a', { source, dependencies: [dependency] })], []);
    const { find } = await resolveRemotes(plan, cache, fetch);
    assert.is(await contentOf(find(source)), '1.0.0');
    const count = registry.asked.length;
    const again = await resolveRemotes(plan, cache, () => Promise.reject(new Error('asked')));
    assert.is(await contentOf(again.find(source)), '1.0.0');
    assert.is(again.directories.length, 1);
    assert.is(registry.asked.length, count);
  },
);

resolving('refuses all of them where the node allows none', async ({ cache }) => {
  const source = fromPackage('1.0.0');
  const plan = createAppPlan([createComponentPlan('a', { source })], []);
  const { find } = await resolveRemotes(plan, cache, undefined);
  assert.is(await contentOf(find(source)), 'refused: this node takes no components from elsewhere');
});

resolving.run();
