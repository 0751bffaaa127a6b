// Generated from the messages of package containerd.task.v3 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType, type ServiceType } from '../protobuf/message.ts';
import * as containerdTypes from './containerd.types.ts';
import * as containerdV1Types from './containerd.v1.types.ts';
import * as googleProtobuf from './google.protobuf.ts';

export type StateRequest = {
  id: string;
  execId: string;
};
export const StateRequest: MessageType<StateRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.StateRequest', [
  [1, 'id', 'string'],
  [2, 'execId', 'string'],
]);

export type StateResponse = {
  id: string;
  bundle: string;
  pid: number;
  status: containerdV1Types.Status;
  stdin: string;
  stdout: string;
  stderr: string;
  terminal: boolean;
  exitStatus: number;
  exitedAt: googleProtobuf.Timestamp | undefined;
  execId: string;
};
export const StateResponse: MessageType<StateResponse> = /* @__PURE__ */ createMessageType('containerd.task.v3.StateResponse', [
  [1, 'id', 'string'],
  [2, 'bundle', 'string'],
  [3, 'pid', 'uint32'],
  [4, 'status', 'int32'],
  [5, 'stdin', 'string'],
  [6, 'stdout', 'string'],
  [7, 'stderr', 'string'],
  [8, 'terminal', 'bool'],
  [9, 'exitStatus', 'uint32'],
  [10, 'exitedAt', () => googleProtobuf.Timestamp],
  [11, 'execId', 'string'],
]);

export type CreateTaskRequest = {
  id: string;
  bundle: string;
  /** To be mounted on the bundle's rootfs, in this order. */
  rootfs: containerdTypes.Mount[];
  terminal: boolean;
  /** A FIFO's path or a URI (`fifo`, `file`, `binary`); empty for none. */
  stdin: string;
  stdout: string;
  stderr: string;
  checkpoint: string;
  parentCheckpoint: string;
  options: googleProtobuf.Any | undefined;
};
export const CreateTaskRequest: MessageType<CreateTaskRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.CreateTaskRequest', [
  [1, 'id', 'string'],
  [2, 'bundle', 'string'],
  [3, 'rootfs', () => containerdTypes.Mount, 'repeated'],
  [4, 'terminal', 'bool'],
  [5, 'stdin', 'string'],
  [6, 'stdout', 'string'],
  [7, 'stderr', 'string'],
  [8, 'checkpoint', 'string'],
  [9, 'parentCheckpoint', 'string'],
  [10, 'options', () => googleProtobuf.Any],
]);

export type CreateTaskResponse = {
  pid: number;
};
export const CreateTaskResponse: MessageType<CreateTaskResponse> = /* @__PURE__ */ createMessageType('containerd.task.v3.CreateTaskResponse', [
  [1, 'pid', 'uint32'],
]);

export type StartRequest = {
  id: string;
  execId: string;
};
export const StartRequest: MessageType<StartRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.StartRequest', [
  [1, 'id', 'string'],
  [2, 'execId', 'string'],
]);

export type StartResponse = {
  pid: number;
};
export const StartResponse: MessageType<StartResponse> = /* @__PURE__ */ createMessageType('containerd.task.v3.StartResponse', [
  [1, 'pid', 'uint32'],
]);

export type DeleteRequest = {
  id: string;
  execId: string;
};
export const DeleteRequest: MessageType<DeleteRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.DeleteRequest', [
  [1, 'id', 'string'],
  [2, 'execId', 'string'],
]);

export type DeleteResponse = {
  pid: number;
  exitStatus: number;
  exitedAt: googleProtobuf.Timestamp | undefined;
};
export const DeleteResponse: MessageType<DeleteResponse> = /* @__PURE__ */ createMessageType('containerd.task.v3.DeleteResponse', [
  [1, 'pid', 'uint32'],
  [2, 'exitStatus', 'uint32'],
  [3, 'exitedAt', () => googleProtobuf.Timestamp],
]);

export type PidsRequest = {
  id: string;
};
export const PidsRequest: MessageType<PidsRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.PidsRequest', [
  [1, 'id', 'string'],
]);

export type PidsResponse = {
  processes: containerdV1Types.ProcessInfo[];
};
export const PidsResponse: MessageType<PidsResponse> = /* @__PURE__ */ createMessageType('containerd.task.v3.PidsResponse', [
  [1, 'processes', () => containerdV1Types.ProcessInfo, 'repeated'],
]);

export type PauseRequest = {
  id: string;
};
export const PauseRequest: MessageType<PauseRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.PauseRequest', [
  [1, 'id', 'string'],
]);

export type ResumeRequest = {
  id: string;
};
export const ResumeRequest: MessageType<ResumeRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.ResumeRequest', [
  [1, 'id', 'string'],
]);

export type CheckpointTaskRequest = {
  id: string;
  path: string;
  options: googleProtobuf.Any | undefined;
};
export const CheckpointTaskRequest: MessageType<CheckpointTaskRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.CheckpointTaskRequest', [
  [1, 'id', 'string'],
  [2, 'path', 'string'],
  [3, 'options', () => googleProtobuf.Any],
]);

export type KillRequest = {
  id: string;
  execId: string;
  /** The signal's number. */
  signal: number;
  /** Every process of the container. */
  all: boolean;
};
export const KillRequest: MessageType<KillRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.KillRequest', [
  [1, 'id', 'string'],
  [2, 'execId', 'string'],
  [3, 'signal', 'uint32'],
  [4, 'all', 'bool'],
]);

export type ExecProcessRequest = {
  id: string;
  execId: string;
  terminal: boolean;
  stdin: string;
  stdout: string;
  stderr: string;
  /** An OCI process as JSON. */
  spec: googleProtobuf.Any | undefined;
};
export const ExecProcessRequest: MessageType<ExecProcessRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.ExecProcessRequest', [
  [1, 'id', 'string'],
  [2, 'execId', 'string'],
  [3, 'terminal', 'bool'],
  [4, 'stdin', 'string'],
  [5, 'stdout', 'string'],
  [6, 'stderr', 'string'],
  [7, 'spec', () => googleProtobuf.Any],
]);

export type ResizePtyRequest = {
  id: string;
  execId: string;
  /** In characters. */
  width: number;
  height: number;
};
export const ResizePtyRequest: MessageType<ResizePtyRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.ResizePtyRequest', [
  [1, 'id', 'string'],
  [2, 'execId', 'string'],
  [3, 'width', 'uint32'],
  [4, 'height', 'uint32'],
]);

export type CloseIORequest = {
  id: string;
  execId: string;
  stdin: boolean;
};
export const CloseIORequest: MessageType<CloseIORequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.CloseIORequest', [
  [1, 'id', 'string'],
  [2, 'execId', 'string'],
  [3, 'stdin', 'bool'],
]);

export type UpdateTaskRequest = {
  id: string;
  /** OCI linux.resources as JSON. */
  resources: googleProtobuf.Any | undefined;
  annotations: Record<string, string>;
};
export const UpdateTaskRequest: MessageType<UpdateTaskRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.UpdateTaskRequest', [
  [1, 'id', 'string'],
  [2, 'resources', () => googleProtobuf.Any],
  [3, 'annotations', 'string', 'map'],
]);

export type WaitRequest = {
  id: string;
  execId: string;
};
export const WaitRequest: MessageType<WaitRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.WaitRequest', [
  [1, 'id', 'string'],
  [2, 'execId', 'string'],
]);

export type WaitResponse = {
  exitStatus: number;
  exitedAt: googleProtobuf.Timestamp | undefined;
};
export const WaitResponse: MessageType<WaitResponse> = /* @__PURE__ */ createMessageType('containerd.task.v3.WaitResponse', [
  [1, 'exitStatus', 'uint32'],
  [2, 'exitedAt', () => googleProtobuf.Timestamp],
]);

export type StatsRequest = {
  id: string;
};
export const StatsRequest: MessageType<StatsRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.StatsRequest', [
  [1, 'id', 'string'],
]);

export type StatsResponse = {
  /** The Metrics of io.containerd.cgroups.v1 or v2. */
  stats: googleProtobuf.Any | undefined;
};
export const StatsResponse: MessageType<StatsResponse> = /* @__PURE__ */ createMessageType('containerd.task.v3.StatsResponse', [
  [1, 'stats', () => googleProtobuf.Any],
]);

export type ConnectRequest = {
  id: string;
};
export const ConnectRequest: MessageType<ConnectRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.ConnectRequest', [
  [1, 'id', 'string'],
]);

export type ConnectResponse = {
  shimPid: number;
  taskPid: number;
  version: string;
};
export const ConnectResponse: MessageType<ConnectResponse> = /* @__PURE__ */ createMessageType('containerd.task.v3.ConnectResponse', [
  [1, 'shimPid', 'uint32'],
  [2, 'taskPid', 'uint32'],
  [3, 'version', 'string'],
]);

export type ShutdownRequest = {
  id: string;
  now: boolean;
};
export const ShutdownRequest: MessageType<ShutdownRequest> = /* @__PURE__ */ createMessageType('containerd.task.v3.ShutdownRequest', [
  [1, 'id', 'string'],
  [2, 'now', 'bool'],
]);

export const Task = {
  name: 'containerd.task.v3.Task',
  methods: {
    state: { name: 'State', request: StateRequest, response: StateResponse },
    create: { name: 'Create', request: CreateTaskRequest, response: CreateTaskResponse },
    start: { name: 'Start', request: StartRequest, response: StartResponse },
    delete: { name: 'Delete', request: DeleteRequest, response: DeleteResponse },
    pids: { name: 'Pids', request: PidsRequest, response: PidsResponse },
    pause: { name: 'Pause', request: PauseRequest, response: googleProtobuf.Empty },
    resume: { name: 'Resume', request: ResumeRequest, response: googleProtobuf.Empty },
    checkpoint: { name: 'Checkpoint', request: CheckpointTaskRequest, response: googleProtobuf.Empty },
    kill: { name: 'Kill', request: KillRequest, response: googleProtobuf.Empty },
    exec: { name: 'Exec', request: ExecProcessRequest, response: googleProtobuf.Empty },
    resizePty: { name: 'ResizePty', request: ResizePtyRequest, response: googleProtobuf.Empty },
    closeIO: { name: 'CloseIO', request: CloseIORequest, response: googleProtobuf.Empty },
    update: { name: 'Update', request: UpdateTaskRequest, response: googleProtobuf.Empty },
    wait: { name: 'Wait', request: WaitRequest, response: WaitResponse },
    stats: { name: 'Stats', request: StatsRequest, response: StatsResponse },
    connect: { name: 'Connect', request: ConnectRequest, response: ConnectResponse },
    shutdown: { name: 'Shutdown', request: ShutdownRequest, response: googleProtobuf.Empty },
  },
} as const satisfies ServiceType;
