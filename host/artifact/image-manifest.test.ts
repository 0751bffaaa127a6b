import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StatusError } from '../ttrpc/status.ts';
import { chooseManifest, type Descriptor, findLayers, LAYER_TYPE, parseManifestOrIndex } from './image-manifest.ts';

function layer(mediaType: string, letter: string): Descriptor {
  return { mediaType, digest: `sha256:${letter.repeat(64)}`, size: 1 };
}
const config = layer('application/vnd.oci.image.config.v1+json', 'c');
const file = layer('application/vnd.oci.image.layer.v1.tar+gzip', 'f');
const wasm = layer(LAYER_TYPE.wasm, 'a');
const locked = layer(LAYER_TYPE.lockedApp, 'b');
const component = layer(LAYER_TYPE.component, 'd');

function failureOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.instance(error, StatusError);
    return (error as StatusError).message;
  }
  return 'none';
}

const parsing = suite('parseManifestOrIndex');

parsing('reads a manifest', () => {
  const found = parseManifestOrIndex(JSON.stringify({ schemaVersion: 2, config, layers: [wasm], annotations: {} }));
  assert.equal(found, { config, layers: [wasm] });
});

parsing('reads an index', () => {
  const entries = [{ ...wasm, platform: { os: 'linux', architecture: 'arm64' } }, locked];
  assert.equal(parseManifestOrIndex(JSON.stringify({ manifests: entries })), {
    manifests: [
      { ...wasm, os: 'linux', architecture: 'arm64' },
      { ...locked, os: '', architecture: '' },
    ],
  });
});

for (const [text, message] of [
  ['{', 'it is not JSON'],
  ['[]', 'it has no layers'],
  ['null', 'it is not what the format says'],
  ['{"layers":[1]}', 'it is not what the format says'],
  ['{"config":{"digest":"../../x"},"layers":[]}', 'is no SHA-256 digest'],
  ['{"layers":[]}', 'it is not what the format says'],
] as const) {
  parsing(`refuses ${text}`, () =>
    assert.match(
      failureOf(() => parseManifestOrIndex(text)),
      message,
    ),
  );
}

parsing.run();

const choosing = suite('chooseManifest');
const entry = (os: string, architecture: string) => ({ ...wasm, os, architecture });

choosing('prefers Wasm, then the machine, then what names no platform', () => {
  const [wasi, wasip2, machine, any] = [
    entry('wasi', 'wasm'),
    entry('wasip2', ''),
    entry('linux', 'amd64'),
    entry('', ''),
  ];
  const other = entry('linux', 'arm64');
  assert.is(chooseManifest([other, any, machine, wasi], 'amd64'), wasi);
  assert.is(chooseManifest([machine, wasip2], 'amd64'), wasip2);
  assert.is(chooseManifest([other, any, machine], 'amd64'), machine);
  assert.is(chooseManifest([other, any], 'amd64'), any);
  assert.is(chooseManifest([other], 'amd64'), null);
});

choosing.run();

const finding = suite('findLayers');

finding('finds the parts of an app and its locked app, each digest once', () => {
  assert.equal(findLayers({ config, layers: [wasm, file, wasm, locked] }), {
    kind: 'locked',
    document: locked,
    layers: [wasm, locked],
  });
});

finding('finds a component by itself', () => {
  const found = findLayers({ config, layers: [component] });
  assert.equal(found, { kind: 'component', document: component, layers: [component] });
});

finding('finds nothing in an image of files', () => {
  assert.is(findLayers({ config, layers: [file] }), null);
});

finding('refuses a component with other layers, and an app without a locked app', () => {
  const found = failureOf(() => findLayers({ config, layers: [component, file] }));
  assert.match(found, 'expected a single layer of type application/wasm, found 2 layers');
  assert.match(
    failureOf(() => findLayers({ config, layers: [wasm] })),
    'but none of type application/vnd.fermyon',
  );
});

finding.run();
