// Generated from the messages of package containerd.v1.types in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';
import * as googleProtobuf from './google.protobuf.ts';

export type Status = number;
export const Status = {
  UNKNOWN: 0,
  CREATED: 1,
  RUNNING: 2,
  STOPPED: 3,
  PAUSED: 4,
  PAUSING: 5,
} as const;

export type ProcessInfo = {
  /** As the machine's own pid namespace counts. */
  pid: number;
  /** A containerd.runc.v1.ProcessDetails for the process of an exec. */
  info: googleProtobuf.Any | undefined;
};
export const ProcessInfo: MessageType<ProcessInfo> = /* @__PURE__ */ createMessageType('containerd.v1.types.ProcessInfo', [
  [1, 'pid', 'uint32'],
  [2, 'info', () => googleProtobuf.Any],
]);
