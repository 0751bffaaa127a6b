// Generated from the messages of package google.rpc in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';
import * as googleProtobuf from './google.protobuf.ts';

export type Status = {
  code: number;
  message: string;
  details: googleProtobuf.Any[];
};
export const Status: MessageType<Status> = /* @__PURE__ */ createMessageType('google.rpc.Status', [
  [1, 'code', 'int32'],
  [2, 'message', 'string'],
  [3, 'details', () => googleProtobuf.Any, 'repeated'],
]);
