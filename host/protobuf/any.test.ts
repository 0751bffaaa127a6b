import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TaskOOM, TaskPaused } from '../gen/containerd.events.ts';
import { packAny, unpackAny } from './any.ts';

const packing = suite('packAny and unpackAny');

packing('name the type without a host, as containerd does', () => {
  const any = packAny(TaskOOM, { containerId: 'a' });
  assert.is(any.typeUrl, 'containerd.events.TaskOOM');
  assert.equal(unpackAny(TaskOOM, any), { containerId: 'a' });
});

packing('accept a host before the name', () => {
  const any = { ...packAny(TaskOOM, { containerId: 'a' }), typeUrl: 'type.googleapis.com/containerd.events.TaskOOM' };
  assert.equal(unpackAny(TaskOOM, any), { containerId: 'a' });
});

packing('give undefined for another type', () => {
  assert.is(unpackAny(TaskPaused, packAny(TaskOOM, { containerId: 'a' })), undefined);
});

packing.run();
