// Generated from the messages of package containerd.types in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';
import * as googleProtobuf from './google.protobuf.ts';

export type Descriptor = {
  mediaType: string;
  /** Such as `sha256:` and 64 hexadecimal digits. */
  digest: string;
  /** In bytes. */
  size: bigint;
};
export const Descriptor: MessageType<Descriptor> = /* @__PURE__ */ createMessageType('containerd.types.Descriptor', [
  [1, 'mediaType', 'string'],
  [2, 'digest', 'string'],
  [3, 'size', 'int64'],
]);

export type Envelope = {
  timestamp: googleProtobuf.Timestamp | undefined;
  namespace: string;
  topic: string;
  event: googleProtobuf.Any | undefined;
};
export const Envelope: MessageType<Envelope> = /* @__PURE__ */ createMessageType('containerd.types.Envelope', [
  [1, 'timestamp', () => googleProtobuf.Timestamp],
  [2, 'namespace', 'string'],
  [3, 'topic', 'string'],
  [4, 'event', () => googleProtobuf.Any],
]);

export type RuntimeVersion = {
  version: string;
  revision: string;
};
export const RuntimeVersion: MessageType<RuntimeVersion> = /* @__PURE__ */ createMessageType('containerd.types.RuntimeVersion', [
  [1, 'version', 'string'],
  [2, 'revision', 'string'],
]);

export type RuntimeInfo = {
  name: string;
  version: RuntimeVersion | undefined;
  /** The runtime options that came on standard input. */
  options: googleProtobuf.Any | undefined;
  /** The OCI runtime's features.json. */
  features: googleProtobuf.Any | undefined;
  /** Of the shim itself, such as `containerd.io/runtime-allow-mounts`. */
  annotations: Record<string, string>;
};
export const RuntimeInfo: MessageType<RuntimeInfo> = /* @__PURE__ */ createMessageType('containerd.types.RuntimeInfo', [
  [1, 'name', 'string'],
  [2, 'version', () => RuntimeVersion],
  [3, 'options', () => googleProtobuf.Any],
  [4, 'features', () => googleProtobuf.Any],
  [5, 'annotations', 'string', 'map'],
]);

export type Mount = {
  type: string;
  source: string;
  /** A path below the rootfs; empty for the rootfs itself. */
  target: string;
  /** The words of fstab's fourth field. */
  options: string[];
};
export const Mount: MessageType<Mount> = /* @__PURE__ */ createMessageType('containerd.types.Mount', [
  [1, 'type', 'string'],
  [2, 'source', 'string'],
  [3, 'target', 'string'],
  [4, 'options', 'string', 'repeated'],
]);
