import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TERMINATION_MESSAGE_PATH } from './annotations.ts';
import type { Spec, SpecMount } from './spec.ts';
import { terminationMessagePathOf } from './termination-message.ts';

const kubeletFile = '/var/lib/kubelet/pods/0a1b-2c/containers/app/9f8e7d6c';
const proc: SpecMount = { destination: '/proc', type: 'proc', source: 'proc' };

function pathOf(mounts: readonly SpecMount[], annotations: Record<string, string> = {}): string | null {
  const spec: Spec = { ociVersion: '1.0.2', process: { cwd: '/' }, root: { path: '/r' }, mounts, annotations };
  return terminationMessagePathOf(spec);
}

const paths = suite('terminationMessagePathOf');

paths('is where Kubernetes mounts the file by default', () => {
  assert.is(pathOf([proc, { destination: '/dev/termination-log', source: '/any/file' }]), '/dev/termination-log');
});

paths('is where the pod wants it, which the file that a kubelet mounts there tells', () => {
  assert.is(pathOf([proc, { destination: '/tmp/last-words', source: kubeletFile }]), '/tmp/last-words');
});

paths('is where the annotation says, when something is mounted there', () => {
  const mounts = [{ destination: '/tmp/last-words', source: '/any/file' }];
  assert.is(pathOf(mounts, { [TERMINATION_MESSAGE_PATH]: '/tmp/last-words' }), '/tmp/last-words');
  assert.is(pathOf(mounts, { [TERMINATION_MESSAGE_PATH]: '/elsewhere' }), null);
});

paths('is nowhere without a kubelet', () => {
  assert.is(pathOf([proc, { destination: '/data', source: '/var/lib/kubelet/pods/0a1b-2c/volumes/x/9f8e7d6c' }]), null);
  const spec = { ociVersion: '1.0.2', process: { cwd: '/' }, root: { path: '/r' } };
  assert.is(terminationMessagePathOf(spec), null);
});

paths.run();
