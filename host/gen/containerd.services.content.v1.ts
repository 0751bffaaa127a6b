// Generated from the messages of package containerd.services.content.v1 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType, type ServiceType } from '../protobuf/message.ts';

export type ReadContentRequest = {
  digest: string;
  offset: bigint;
  /** In bytes; 0 for all. */
  size: bigint;
};
export const ReadContentRequest: MessageType<ReadContentRequest> = /* @__PURE__ */ createMessageType('containerd.services.content.v1.ReadContentRequest', [
  [1, 'digest', 'string'],
  [2, 'offset', 'int64'],
  [3, 'size', 'int64'],
]);

export type ReadContentResponse = {
  offset: bigint;
  data: Uint8Array;
};
export const ReadContentResponse: MessageType<ReadContentResponse> = /* @__PURE__ */ createMessageType('containerd.services.content.v1.ReadContentResponse', [
  [1, 'offset', 'int64'],
  [2, 'data', 'bytes'],
]);

export const Content = {
  name: 'containerd.services.content.v1.Content',
  methods: {
    read: { name: 'Read', request: ReadContentRequest, response: ReadContentResponse, hasResponseStream: true },
  },
} as const satisfies ServiceType;
