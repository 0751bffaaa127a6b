// Generated from the messages of package containerd.runc.v1 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';

export type Options = {
  noPivotRoot: boolean;
  noNewKeyring: boolean;
  /** A cgroup to put the shim in. */
  shimCgroup: string;
  /** Owner of the container's standard I/O. */
  ioUid: number;
  ioGid: number;
  /** Name or path of the OCI runtime. */
  binaryName: string;
  /** The OCI runtime's state folder. */
  root: string;
  systemdCgroup: boolean;
  criuImagePath: string;
  criuWorkPath: string;
  taskApiAddress: string;
  taskApiVersion: number;
};
export const Options: MessageType<Options> = /* @__PURE__ */ createMessageType('containerd.runc.v1.Options', [
  [1, 'noPivotRoot', 'bool'],
  [2, 'noNewKeyring', 'bool'],
  [3, 'shimCgroup', 'string'],
  [4, 'ioUid', 'uint32'],
  [5, 'ioGid', 'uint32'],
  [6, 'binaryName', 'string'],
  [7, 'root', 'string'],
  [9, 'systemdCgroup', 'bool'],
  [10, 'criuImagePath', 'string'],
  [11, 'criuWorkPath', 'string'],
  [12, 'taskApiAddress', 'string'],
  [13, 'taskApiVersion', 'uint32'],
]);

export type ProcessDetails = {
  execId: string;
};
export const ProcessDetails: MessageType<ProcessDetails> = /* @__PURE__ */ createMessageType('containerd.runc.v1.ProcessDetails', [
  [1, 'execId', 'string'],
]);
