// Generated from the messages of package containerd.runtime.bootstrap.v1 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';
import * as googleProtobuf from './google.protobuf.ts';

/** An open enum: any number may come, and the nearest name below it counts. */
export type LogLevel = number;
export const LogLevel = {
  INFO: 0,
  TRACE: -8,
  DEBUG: -4,
  WARN: 4,
  ERROR: 8,
  FATAL: 10,
  PANIC: 12,
} as const;

export type BootstrapParams = {
  /** The container's or the pod sandbox's id. */
  instanceId: string;
  namespace: string;
  logLevel: LogLevel;
  containerdVersion: string;
  containerdTtrpcAddress: string;
  containerdGrpcAddress: string;
  containerdBinary: string;
  /** Runtime options are among them. */
  extensions: Extension[];
  socketDir: string | undefined;
};
export const BootstrapParams: MessageType<BootstrapParams> = /* @__PURE__ */ createMessageType('containerd.runtime.bootstrap.v1.BootstrapParams', [
  [1, 'instanceId', 'string'],
  [2, 'namespace', 'string'],
  [3, 'logLevel', 'int32'],
  [4, 'containerdVersion', 'string'],
  [5, 'containerdTtrpcAddress', 'string'],
  [6, 'containerdGrpcAddress', 'string'],
  [7, 'containerdBinary', 'string'],
  [8, 'extensions', () => Extension, 'repeated'],
  [9, 'socketDir', 'string', 'optional'],
]);

export type Extension = {
  value: googleProtobuf.Any | undefined;
};
export const Extension: MessageType<Extension> = /* @__PURE__ */ createMessageType('containerd.runtime.bootstrap.v1.Extension', [
  [1, 'value', () => googleProtobuf.Any],
]);

export type BootstrapResult = {
  /** 3: containerd may join further containers of a pod without calling `start`. */
  version: number;
  address: string;
  /** `ttrpc` or `grpc`. */
  protocol: string;
  /** Names are still to come. */
  capabilities: number[];
  metadata: Record<string, string>;
};
export const BootstrapResult: MessageType<BootstrapResult> = /* @__PURE__ */ createMessageType('containerd.runtime.bootstrap.v1.BootstrapResult', [
  [1, 'version', 'int32'],
  [2, 'address', 'string'],
  [3, 'protocol', 'string'],
  [4, 'capabilities', 'int32', 'repeated'],
  [5, 'metadata', 'string', 'map'],
]);
