import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BootstrapParams } from '../gen/containerd.runtime.bootstrap.v1.ts';
import { formatReply, mayNameContainer, parseContainerdVersion, replyFormatFor } from './reply.ts';

const formatting = suite('formatReply');

formatting('gives the address alone, without a line feed', () => {
  assert.is(Buffer.from(formatReply('address', 'unix:///s')).toString(), 'unix:///s');
});

formatting('gives JSON that offers version 3', () => {
  const reply = JSON.parse(Buffer.from(formatReply('json', 'unix:///s')).toString());
  assert.equal(reply, { version: 3, address: 'unix:///s', protocol: 'ttrpc' });
});

formatting.run();

const choice = suite('replyFormatFor');

choice('offers version 3 to containerd 2 alone', () => {
  assert.is(replyFormatFor('containerd github.com/containerd/containerd/v2 v2.0.5 abc'), 'json');
  assert.is(replyFormatFor('containerd github.com/containerd/containerd v1.7.24 abc'), 'address');
  assert.is(replyFormatFor(''), 'address');
});

choice.run();

const naming = suite('mayNameContainer');

naming('finds the id in parameters, wherever it stands', () => {
  const bytes = BootstrapParams.encode({ namespace: 'ö', instanceId: 'abc', containerdVersion: 'x'.repeat(300) });
  assert.ok(mayNameContainer(bytes, 'abc'));
  assert.not(mayNameContainer(bytes, 'abd'));
  assert.not(mayNameContainer(new Uint8Array(0), 'abc'));
});

naming.run();

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
