// Generated from the messages of package containerd.services.events.ttrpc.v1 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType, type ServiceType } from '../protobuf/message.ts';
import * as containerdTypes from './containerd.types.ts';
import * as googleProtobuf from './google.protobuf.ts';

export type ForwardRequest = {
  envelope: containerdTypes.Envelope | undefined;
};
export const ForwardRequest: MessageType<ForwardRequest> = /* @__PURE__ */ createMessageType('containerd.services.events.ttrpc.v1.ForwardRequest', [
  [1, 'envelope', () => containerdTypes.Envelope],
]);

export const Events = {
  name: 'containerd.services.events.ttrpc.v1.Events',
  methods: {
    forward: { name: 'Forward', request: ForwardRequest, response: googleProtobuf.Empty },
  },
} as const satisfies ServiceType;
