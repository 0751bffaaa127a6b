// An event and what containerd's exchange wants to know of it.
import type { Envelope } from '../gen/containerd.types.ts';
import { packAny } from '../protobuf/any.ts';
import type { Fields, MessageType } from '../protobuf/message.ts';
import { timestampFromMs } from '../protobuf/timestamp.ts';
import { topicOf } from './topics.ts';

/** Wraps an event that happened at `timeMs`, milliseconds since 1970. */
export function createEnvelope<T extends object>(
  namespace: string,
  timeMs: number,
  type: MessageType<T>,
  event: Fields<T>,
): Envelope {
  return { timestamp: timestampFromMs(timeMs), namespace, topic: topicOf(type), event: packAny(type, event) };
}
