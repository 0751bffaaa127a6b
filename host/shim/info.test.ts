import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeInfo } from '../gen/containerd.types.ts';
import { Any } from '../gen/google.protobuf.ts';
import { formatInfo, formatVersion, readFeatures } from './info.ts';

const nothing = new Uint8Array(0);

const info = suite('formatInfo');

info('names the runtime and its version', () => {
  const { name, version, options, features } = RuntimeInfo.decode(formatInfo('1.2.3', nothing, nothing));
  assert.equal([name, version?.version, options, features], ['io.containerd.spin.v2', '1.2.3', undefined, undefined]);
});

info('gives the options back and passes the OCI features on', () => {
  const options = Any.encode({ typeUrl: 'runtimeoptions.v1.Options', value: Uint8Array.of(1) });
  const decoded = RuntimeInfo.decode(formatInfo('1', options, new TextEncoder().encode('{}')));
  assert.is(decoded.options?.typeUrl, 'runtimeoptions.v1.Options');
  assert.is(decoded.features?.typeUrl, 'types.containerd.io/opencontainers/runtime-spec/1/features/Features');
  assert.is(Buffer.from(decoded.features?.value ?? nothing).toString(), '{}');
});

info('answers in spite of options that do not decode', () => {
  assert.is(RuntimeInfo.decode(formatInfo('1', Uint8Array.of(0xff), nothing)).options, undefined);
});

info.run();

const version = suite('formatVersion');

version('says which program it is', () => {
  assert.match(
    Buffer.from(formatVersion('1.2.3', 'v26.0.0')).toString(),
    /containerd-shim-spin-v2.*1\.2\.3.*v26\.0\.0/s,
  );
});

version.run();

const features = suite('readFeatures');

features('gives JSON of the OCI runtime that is installed', async () => {
  const { ociVersionMax } = JSON.parse(Buffer.from(await readFeatures(process.env)).toString());
  assert.match(ociVersionMax, /^1\./);
});

features('gives nothing where there is none', async () => {
  assert.is((await readFeatures({ PATH: '/nonexistent' })).length, 0);
});

features.run();
