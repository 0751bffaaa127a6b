// Which topic an event is published under. https://github.com/containerd/containerd/blob/main/core/runtime/v2/README.md, "Events"
import type { MessageType } from '../protobuf/message.ts';

/** The topic of each event, by the full name of its message. */
const topics: Readonly<Record<string, string>> = {
  'containerd.events.TaskCreate': '/tasks/create',
  'containerd.events.TaskStart': '/tasks/start',
  'containerd.events.TaskExit': '/tasks/exit',
  'containerd.events.TaskDelete': '/tasks/delete',
  'containerd.events.TaskOOM': '/tasks/oom',
  'containerd.events.TaskExecAdded': '/tasks/exec-added',
  'containerd.events.TaskExecStarted': '/tasks/exec-started',
  'containerd.events.TaskPaused': '/tasks/paused',
  'containerd.events.TaskResumed': '/tasks/resumed',
  'containerd.events.TaskCheckpointed': '/tasks/checkpointed',
};

/** Gives the topic of an event. Throws `TypeError` for a message that is not an event. */
export function topicOf<T extends object>(event: MessageType<T>): string {
  const topic = topics[event.name];
  if (!topic) throw new TypeError(`${event.name} is not an event`);
  return topic;
}
