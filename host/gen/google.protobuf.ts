// Generated from the messages of package google.protobuf in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';

export type Any = {
  typeUrl: string;
  value: Uint8Array;
};
export const Any: MessageType<Any> = /* @__PURE__ */ createMessageType('google.protobuf.Any', [
  [1, 'typeUrl', 'string'],
  [2, 'value', 'bytes'],
]);

export type Empty = Record<never, never>;
export const Empty: MessageType<Empty> = /* @__PURE__ */ createMessageType('google.protobuf.Empty', []);

export type Timestamp = {
  seconds: bigint;
  nanos: number;
};
export const Timestamp: MessageType<Timestamp> = /* @__PURE__ */ createMessageType('google.protobuf.Timestamp', [
  [1, 'seconds', 'int64'],
  [2, 'nanos', 'int32'],
]);
