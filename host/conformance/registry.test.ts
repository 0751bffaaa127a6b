import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createImage, digestOf } from '../image/archive.ts';
import { machinePlatform } from '../image/files.ts';
import { openRegistry, type Registry } from './registry.ts';

const registry = suite<{ registry: Registry }>('registry');

registry.before(async (context) => {
  const folder = { kind: 'directory', path: 'tmp' } as const;
  const image = await createImage([folder], { platform: machinePlatform, user: '1000' });
  context.registry = await openRegistry(new Map([['team/app:1', image]]));
});
registry.after(async ({ registry }) => {
  await registry[Symbol.asyncDispose]();
});

const get = ({ address }: Registry, path: string, method = 'GET') => fetch(`http://${address}/v2/${path}`, { method });

registry('gives a manifest by name, and what it names by digest', async ({ registry }) => {
  const manifest = (await (await get(registry, 'team/app/manifests/1')).json()) as { config: { digest: string } };
  const config = new Uint8Array(await (await get(registry, `team/app/blobs/${manifest.config.digest}`)).arrayBuffer());
  assert.is(await digestOf(config), manifest.config.digest);
  assert.is(JSON.parse(new TextDecoder().decode(config)).config.User, '1000');
});

registry('tells the digest of a manifest, by which it is pulled', async ({ registry }) => {
  const head = await get(registry, 'team/app/manifests/1?ns=example.com', 'HEAD');
  const digest = head.headers.get('docker-content-digest') ?? '';
  const bytes = new Uint8Array(await (await get(registry, `team/app/manifests/${digest}`)).arrayBuffer());
  assert.is(await digestOf(bytes), digest);
  assert.is(head.headers.get('content-length'), String(bytes.length));
});

registry('has nothing else', async ({ registry }) => {
  assert.is((await get(registry, 'team/app/manifests/2')).status, 404);
  assert.is((await get(registry, 'other/app/manifests/1')).status, 404);
});

registry.run();
