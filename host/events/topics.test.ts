import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as events from '../gen/containerd.events.ts';
import { Any } from '../gen/google.protobuf.ts';
import type { MessageType } from '../protobuf/message.ts';
import { topicOf } from './topics.ts';

const lookup = suite('topicOf');

lookup('knows the topic of every event there is', () => {
  const types = Object.values<MessageType<object>>(events).filter((type) => /Task(?!IO)/.test(type.name));
  assert.is(types.length, 10);
  const topics = types.map((type) => topicOf(type));
  assert.ok(topics.every((topic) => /^\/tasks\/[a-z-]+$/.test(topic)));
  assert.is(new Set(topics).size, topics.length);
  assert.is(topicOf(events.TaskExecAdded), '/tasks/exec-added');
});

lookup('refuses what is no event', () => {
  assert.throws(() => topicOf(Any), TypeError);
});

lookup.run();
