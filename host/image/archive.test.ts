import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeImage, type ImageOptions } from './archive.ts';
import type { TarEntry } from './tar.ts';

const entries: TarEntry[] = [
  { kind: 'file', path: 'spin.toml', content: new TextEncoder().encode('spin_manifest_version = 2\n') },
  { kind: 'file', path: 'target/app.wasm', content: Uint8Array.of(0, 97, 115, 109) },
];
const options: ImageOptions = { name: 'registry:5000/demo', platform: { os: 'linux', architecture: 'amd64' } };

/** Reads one file of an archive with the system's tar. */
function read(archive: Uint8Array, path: string): Buffer {
  return execFileSync('tar', ['xOf', '-', path], { input: archive, maxBuffer: 1 << 24 });
}

function parse(archive: Uint8Array, path: string) {
  return JSON.parse(read(archive, path).toString());
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

const image = suite('encodeImage');

image('links index, manifest, config and layer by true digests and sizes', async () => {
  const archive = await encodeImage(entries, options);
  const descriptor = parse(archive, 'index.json').manifests[0];
  const manifest = parse(archive, blobPath(descriptor.digest));
  for (const one of [descriptor, manifest.config, ...manifest.layers]) {
    const blob = read(archive, blobPath(one.digest));
    assert.is(sha256(blob), one.digest);
    assert.is(blob.length, one.size);
  }
});

image('names the layer in the config by the digest of its uncompressed bytes', async () => {
  const archive = await encodeImage(entries, options);
  const manifest = parse(archive, blobPath(parse(archive, 'index.json').manifests[0].digest));
  const layer = gunzipSync(read(archive, blobPath(manifest.layers[0].digest)));
  assert.equal(parse(archive, blobPath(manifest.config.digest)).rootfs.diff_ids, [sha256(layer)]);
  const listing = execFileSync('tar', ['tf', '-'], { input: layer, encoding: 'utf8' });
  assert.is(listing, 'spin.toml\ntarget/\ntarget/app.wasm\n');
});

image('gives the same bytes for the same entries', async () => {
  assert.equal(await encodeImage(entries, options), await encodeImage(entries.toReversed(), options));
});

image('carries the platform in the index and in the config', async () => {
  const archive = await encodeImage(entries, { ...options, platform: { os: 'wasi', architecture: 'wasm' } });
  const descriptor = parse(archive, 'index.json').manifests[0];
  assert.equal(descriptor.platform, { os: 'wasi', architecture: 'wasm' });
  const config = parse(archive, blobPath(parse(archive, blobPath(descriptor.digest)).config.digest));
  assert.is(config.os, 'wasi');
  assert.is(config.architecture, 'wasm');
});

image("takes a registry's port for no tag", async () => {
  const annotations = parse(await encodeImage(entries, options), 'index.json').manifests[0].annotations;
  assert.is(annotations['org.opencontainers.image.ref.name'], 'latest');
  assert.is(annotations['io.containerd.image.name'], 'registry:5000/demo');
});

image('names no process, environment or label unless asked to', async () => {
  const config = async (more: Partial<ImageOptions>) => {
    const archive = await encodeImage(entries, { ...options, ...more });
    const manifest = parse(archive, blobPath(parse(archive, 'index.json').manifests[0].digest));
    return parse(archive, blobPath(manifest.config.digest)).config;
  };
  assert.equal(await config({}), { WorkingDir: '/' });
  assert.equal(await config({ entrypoint: ['/'], environment: ['A=b'], labels: { c: 'd' } }), {
    Entrypoint: ['/'],
    Env: ['A=b'],
    Labels: { c: 'd' },
    WorkingDir: '/',
  });
});
image.run();
