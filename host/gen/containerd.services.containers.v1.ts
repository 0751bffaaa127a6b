// Generated from the messages of package containerd.services.containers.v1 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType, type ServiceType } from '../protobuf/message.ts';

export type Container = {
  id: string;
  /** The image's name; empty for a container that was made from a folder. */
  image: string;
};
export const Container: MessageType<Container> = /* @__PURE__ */ createMessageType('containerd.services.containers.v1.Container', [
  [1, 'id', 'string'],
  [3, 'image', 'string'],
]);

export type GetContainerRequest = {
  id: string;
};
export const GetContainerRequest: MessageType<GetContainerRequest> = /* @__PURE__ */ createMessageType('containerd.services.containers.v1.GetContainerRequest', [
  [1, 'id', 'string'],
]);

export type GetContainerResponse = {
  container: Container | undefined;
};
export const GetContainerResponse: MessageType<GetContainerResponse> = /* @__PURE__ */ createMessageType('containerd.services.containers.v1.GetContainerResponse', [
  [1, 'container', () => Container],
]);

export const Containers = {
  name: 'containerd.services.containers.v1.Containers',
  methods: {
    get: { name: 'Get', request: GetContainerRequest, response: GetContainerResponse },
  },
} as const satisfies ServiceType;
