// Generated from the messages of package containerd.events in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';
import * as containerdTypes from './containerd.types.ts';
import * as googleProtobuf from './google.protobuf.ts';

export type TaskIO = {
  stdin: string;
  stdout: string;
  stderr: string;
  terminal: boolean;
};
export const TaskIO: MessageType<TaskIO> = /* @__PURE__ */ createMessageType('containerd.events.TaskIO', [
  [1, 'stdin', 'string'],
  [2, 'stdout', 'string'],
  [3, 'stderr', 'string'],
  [4, 'terminal', 'bool'],
]);

export type TaskCreate = {
  containerId: string;
  bundle: string;
  rootfs: containerdTypes.Mount[];
  io: TaskIO | undefined;
  checkpoint: string;
  pid: number;
};
export const TaskCreate: MessageType<TaskCreate> = /* @__PURE__ */ createMessageType('containerd.events.TaskCreate', [
  [1, 'containerId', 'string'],
  [2, 'bundle', 'string'],
  [3, 'rootfs', () => containerdTypes.Mount, 'repeated'],
  [4, 'io', () => TaskIO],
  [5, 'checkpoint', 'string'],
  [6, 'pid', 'uint32'],
]);

export type TaskStart = {
  containerId: string;
  pid: number;
};
export const TaskStart: MessageType<TaskStart> = /* @__PURE__ */ createMessageType('containerd.events.TaskStart', [
  [1, 'containerId', 'string'],
  [2, 'pid', 'uint32'],
]);

export type TaskDelete = {
  containerId: string;
  pid: number;
  exitStatus: number;
  exitedAt: googleProtobuf.Timestamp | undefined;
  /** The exec's id; empty for the container's init process. */
  id: string;
};
export const TaskDelete: MessageType<TaskDelete> = /* @__PURE__ */ createMessageType('containerd.events.TaskDelete', [
  [1, 'containerId', 'string'],
  [2, 'pid', 'uint32'],
  [3, 'exitStatus', 'uint32'],
  [4, 'exitedAt', () => googleProtobuf.Timestamp],
  [5, 'id', 'string'],
]);

export type TaskExit = {
  containerId: string;
  /** The exec's id; the container's for its init process. */
  id: string;
  pid: number;
  exitStatus: number;
  exitedAt: googleProtobuf.Timestamp | undefined;
};
export const TaskExit: MessageType<TaskExit> = /* @__PURE__ */ createMessageType('containerd.events.TaskExit', [
  [1, 'containerId', 'string'],
  [2, 'id', 'string'],
  [3, 'pid', 'uint32'],
  [4, 'exitStatus', 'uint32'],
  [5, 'exitedAt', () => googleProtobuf.Timestamp],
]);

export type TaskOOM = {
  containerId: string;
};
export const TaskOOM: MessageType<TaskOOM> = /* @__PURE__ */ createMessageType('containerd.events.TaskOOM', [
  [1, 'containerId', 'string'],
]);

export type TaskExecAdded = {
  containerId: string;
  execId: string;
};
export const TaskExecAdded: MessageType<TaskExecAdded> = /* @__PURE__ */ createMessageType('containerd.events.TaskExecAdded', [
  [1, 'containerId', 'string'],
  [2, 'execId', 'string'],
]);

export type TaskExecStarted = {
  containerId: string;
  execId: string;
  pid: number;
};
export const TaskExecStarted: MessageType<TaskExecStarted> = /* @__PURE__ */ createMessageType('containerd.events.TaskExecStarted', [
  [1, 'containerId', 'string'],
  [2, 'execId', 'string'],
  [3, 'pid', 'uint32'],
]);

export type TaskPaused = {
  containerId: string;
};
export const TaskPaused: MessageType<TaskPaused> = /* @__PURE__ */ createMessageType('containerd.events.TaskPaused', [
  [1, 'containerId', 'string'],
]);

export type TaskResumed = {
  containerId: string;
};
export const TaskResumed: MessageType<TaskResumed> = /* @__PURE__ */ createMessageType('containerd.events.TaskResumed', [
  [1, 'containerId', 'string'],
]);

export type TaskCheckpointed = {
  containerId: string;
  checkpoint: string;
};
export const TaskCheckpointed: MessageType<TaskCheckpointed> = /* @__PURE__ */ createMessageType('containerd.events.TaskCheckpointed', [
  [1, 'containerId', 'string'],
  [2, 'checkpoint', 'string'],
]);
