import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Options as RuncOptions } from '../gen/containerd.runc.v1.ts';
import { BootstrapParams, BootstrapResult } from '../gen/containerd.runtime.bootstrap.v1.ts';
import { Any } from '../gen/google.protobuf.ts';
import { packAny } from '../protobuf/any.ts';
import { formatBootstrapResult, parseStartInput } from './bootstrap.ts';

const flags = { id: 'abc', namespace: 'k8s.io' };
const options = packAny(RuncOptions, { binaryName: 'crun' });
const parsing = suite('parseStartInput');

parsing('finds nothing in nothing', () => {
  assert.equal(parseStartInput(new Uint8Array(0), flags), {});
});

parsing('reads options of containerd up to 2.2', () => {
  const input = parseStartInput(Any.encode(options), flags);
  assert.is(input.params, undefined);
  assert.is(input.options?.typeUrl, 'containerd.runc.v1.Options');
});

parsing('reads parameters of containerd 2.3, and the options among their extensions', () => {
  const other = { typeUrl: 'containerd.io/nri.v1.PluginConfig', value: new Uint8Array(0) };
  const bytes = BootstrapParams.encode({
    instanceId: 'abc',
    namespace: 'k8s.io',
    logLevel: -4,
    socketDir: '/run/x',
    extensions: [{ value: other }, {}, { value: options }],
  });
  const input = parseStartInput(bytes, flags);
  assert.equal([input.params?.logLevel, input.params?.socketDir], [-4, '/run/x']);
  assert.is(input.options?.typeUrl, options.typeUrl);
});

parsing('does not take options for parameters, although their bytes decode as such', () => {
  const bytes = Any.encode({ typeUrl: 'abc', value: new TextEncoder().encode('other') });
  assert.is(BootstrapParams.decode(bytes).instanceId, 'abc');
  const input = parseStartInput(bytes, flags);
  assert.is(input.params, undefined);
  assert.is(input.options?.typeUrl, 'abc');
});

parsing('does not take the parameters of another container', () => {
  const bytes = BootstrapParams.encode({ instanceId: 'abc', namespace: 'default' });
  assert.is(parseStartInput(bytes, flags).params, undefined);
});

parsing('takes bytes that are neither for no options', () => {
  assert.equal(parseStartInput(Uint8Array.of(0xff, 0xff), flags), {});
});

parsing.run();

const formatting = suite('formatBootstrapResult');

formatting('gives bytes that neither begin nor end with white space, which some versions trim', () => {
  const bytes = formatBootstrapResult('unix:///s');
  assert.is(Buffer.from(bytes).toString('hex'), '0803' + '1209' + '756e69783a2f2f2f73' + '1a057474727063');
  assert.is(BootstrapResult.decode(bytes).version, 3);
});

formatting.run();
