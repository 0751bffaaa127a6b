// Generated from the messages of package ttrpc in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';
import * as googleRpc from './google.rpc.ts';

export type Request = {
  service: string;
  method: string;
  payload: Uint8Array;
  /** Nanoseconds the caller waits; 0 means for ever. */
  timeoutNano: bigint;
  /** Keys are lower case and may repeat. */
  metadata: KeyValue[];
};
export const Request: MessageType<Request> = /* @__PURE__ */ createMessageType('ttrpc.Request', [
  [1, 'service', 'string'],
  [2, 'method', 'string'],
  [3, 'payload', 'bytes'],
  [4, 'timeoutNano', 'int64'],
  [5, 'metadata', () => KeyValue, 'repeated'],
]);

export type Response = {
  /** Absent, or with code 0, on success. */
  status: googleRpc.Status | undefined;
  payload: Uint8Array;
};
export const Response: MessageType<Response> = /* @__PURE__ */ createMessageType('ttrpc.Response', [
  [1, 'status', () => googleRpc.Status],
  [2, 'payload', 'bytes'],
]);

export type KeyValue = {
  key: string;
  value: string;
};
export const KeyValue: MessageType<KeyValue> = /* @__PURE__ */ createMessageType('ttrpc.KeyValue', [
  [1, 'key', 'string'],
  [2, 'value', 'string'],
]);
