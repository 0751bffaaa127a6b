// Generated from the messages of package containerd.services.images.v1 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType, type ServiceType } from '../protobuf/message.ts';
import * as containerdTypes from './containerd.types.ts';

export type Image = {
  name: string;
  /** A manifest, or an index of manifests. */
  target: containerdTypes.Descriptor | undefined;
};
export const Image: MessageType<Image> = /* @__PURE__ */ createMessageType('containerd.services.images.v1.Image', [
  [1, 'name', 'string'],
  [3, 'target', () => containerdTypes.Descriptor],
]);

export type GetImageRequest = {
  name: string;
};
export const GetImageRequest: MessageType<GetImageRequest> = /* @__PURE__ */ createMessageType('containerd.services.images.v1.GetImageRequest', [
  [1, 'name', 'string'],
]);

export type GetImageResponse = {
  image: Image | undefined;
};
export const GetImageResponse: MessageType<GetImageResponse> = /* @__PURE__ */ createMessageType('containerd.services.images.v1.GetImageResponse', [
  [1, 'image', () => Image],
]);

export type ListImagesRequest = Record<never, never>;
export const ListImagesRequest: MessageType<ListImagesRequest> = /* @__PURE__ */ createMessageType('containerd.services.images.v1.ListImagesRequest', []);

export type ListImagesResponse = {
  images: Image[];
};
export const ListImagesResponse: MessageType<ListImagesResponse> = /* @__PURE__ */ createMessageType('containerd.services.images.v1.ListImagesResponse', [
  [1, 'images', () => Image, 'repeated'],
]);

export const Images = {
  name: 'containerd.services.images.v1.Images',
  methods: {
    get: { name: 'Get', request: GetImageRequest, response: GetImageResponse },
    list: { name: 'List', request: ListImagesRequest, response: ListImagesResponse },
  },
} as const satisfies ServiceType;
