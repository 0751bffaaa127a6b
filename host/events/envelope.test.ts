import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TaskExit } from '../gen/containerd.events.ts';
import { createEnvelope } from './envelope.ts';

const creation = suite('createEnvelope');

creation('says when, where and what', () => {
  const envelope = createEnvelope('k8s.io', 1500, TaskExit, { containerId: 'a', id: 'a', exitStatus: 3 });
  assert.equal(envelope.timestamp, { seconds: 1n, nanos: 500_000_000 });
  assert.is(envelope.namespace, 'k8s.io');
  assert.is(envelope.topic, '/tasks/exit');
  assert.is(envelope.event?.typeUrl, 'containerd.events.TaskExit');
  assert.is(TaskExit.decode(envelope.event?.value ?? new Uint8Array(0)).exitStatus, 3);
});

creation.run();
