import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Options as RuncOptions } from '../gen/containerd.runc.v1.ts';
import { BootstrapParams, BootstrapResult } from '../gen/containerd.runtime.bootstrap.v1.ts';
import { Any } from '../gen/google.protobuf.ts';
import { packAny } from '../protobuf/any.ts';
import { formatStartReply, parseContainerdVersion, parseStartInput } from './bootstrap.ts';

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

const formatting = suite('formatStartReply');

formatting('gives the address alone, without a line feed', () => {
  assert.is(Buffer.from(formatStartReply('address', 'unix:///s')).toString(), 'unix:///s');
});

formatting('gives JSON that offers version 3', () => {
  const reply = JSON.parse(Buffer.from(formatStartReply('json', 'unix:///s')).toString());
  assert.equal(reply, { version: 3, address: 'unix:///s', protocol: 'ttrpc' });
});

formatting('gives protobuf that neither begins nor ends with white space, which some versions trim', () => {
  const bytes = formatStartReply('protobuf', 'unix:///s');
  assert.is(Buffer.from(bytes).toString('hex'), '0803' + '1209' + '756e69783a2f2f2f73' + '1a057474727063');
  assert.is(BootstrapResult.decode(bytes).version, 3);
});

formatting.run();

const version = suite('parseContainerdVersion');

version('reads what Debian, upstream and development builds print', () => {
  const lines: readonly [string, { major: number; minor: number }][] = [
    ['containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n', { major: 1, minor: 6 }],
    [
      'containerd github.com/containerd/containerd v1.7.24 88aa2f531d6c2922003cc7929e51daf1c14caa0a',
      { major: 1, minor: 7 },
    ],
    ['containerd github.com/containerd/containerd/v2 v2.1.9 abc', { major: 2, minor: 1 }],
    ['containerd github.com/containerd/containerd/v2 2.2.0~ds1 2.2.0~ds1-1', { major: 2, minor: 2 }],
  ];
  for (const [line, expected] of lines) assert.equal(parseContainerdVersion(line), expected, line);
});

version('gives undefined for anything else', () => {
  for (const text of ['', 'containerd', 'nerdctl 2.0.1 x', 'containerd github.com/x unknown']) {
    assert.is(parseContainerdVersion(text), undefined, text);
  }
});

version.run();
