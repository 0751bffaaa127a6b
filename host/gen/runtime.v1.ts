// Generated from the messages of package runtime.v1 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType, type ServiceType } from '../protobuf/message.ts';

export type NamespaceMode = number;
export const NamespaceMode = {
  POD: 0,
  CONTAINER: 1,
  NODE: 2,
  TARGET: 3,
} as const;

export type ProfileType = number;
export const ProfileType = {
  RUNTIME_DEFAULT: 0,
  UNCONFINED: 1,
} as const;

export type ContainerState = number;
export const ContainerState = {
  CONTAINER_CREATED: 0,
  CONTAINER_RUNNING: 1,
  CONTAINER_EXITED: 2,
  CONTAINER_UNKNOWN: 3,
} as const;

export type EmptyResponse = Record<never, never>;
export const EmptyResponse: MessageType<EmptyResponse> = /* @__PURE__ */ createMessageType('runtime.v1.EmptyResponse', []);

export type VersionRequest = {
  version: string;
};
export const VersionRequest: MessageType<VersionRequest> = /* @__PURE__ */ createMessageType('runtime.v1.VersionRequest', [
  [1, 'version', 'string'],
]);

export type VersionResponse = {
  version: string;
  runtimeName: string;
  runtimeVersion: string;
  runtimeApiVersion: string;
};
export const VersionResponse: MessageType<VersionResponse> = /* @__PURE__ */ createMessageType('runtime.v1.VersionResponse', [
  [1, 'version', 'string'],
  [2, 'runtimeName', 'string'],
  [3, 'runtimeVersion', 'string'],
  [4, 'runtimeApiVersion', 'string'],
]);

export type StatusRequest = {
  verbose: boolean;
};
export const StatusRequest: MessageType<StatusRequest> = /* @__PURE__ */ createMessageType('runtime.v1.StatusRequest', [
  [1, 'verbose', 'bool'],
]);

export type StatusResponse = {
  status: RuntimeStatus | undefined;
  info: Record<string, string>;
};
export const StatusResponse: MessageType<StatusResponse> = /* @__PURE__ */ createMessageType('runtime.v1.StatusResponse', [
  [1, 'status', () => RuntimeStatus],
  [2, 'info', 'string', 'map'],
]);

export type ListPodSandboxRequest = Record<never, never>;
export const ListPodSandboxRequest: MessageType<ListPodSandboxRequest> = /* @__PURE__ */ createMessageType('runtime.v1.ListPodSandboxRequest', []);

export type ListPodSandboxResponse = {
  items: PodSandbox[];
};
export const ListPodSandboxResponse: MessageType<ListPodSandboxResponse> = /* @__PURE__ */ createMessageType('runtime.v1.ListPodSandboxResponse', [
  [1, 'items', () => PodSandbox, 'repeated'],
]);

export type PodSandbox = {
  id: string;
  metadata: PodSandboxMetadata | undefined;
  state: number;
  runtimeHandler: string;
};
export const PodSandbox: MessageType<PodSandbox> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandbox', [
  [1, 'id', 'string'],
  [2, 'metadata', () => PodSandboxMetadata],
  [3, 'state', 'int32'],
  [7, 'runtimeHandler', 'string'],
]);

export type RuntimeStatus = {
  conditions: RuntimeCondition[];
};
export const RuntimeStatus: MessageType<RuntimeStatus> = /* @__PURE__ */ createMessageType('runtime.v1.RuntimeStatus', [
  [1, 'conditions', () => RuntimeCondition, 'repeated'],
]);

export type RuntimeCondition = {
  type: string;
  status: boolean;
  reason: string;
  message: string;
};
export const RuntimeCondition: MessageType<RuntimeCondition> = /* @__PURE__ */ createMessageType('runtime.v1.RuntimeCondition', [
  [1, 'type', 'string'],
  [2, 'status', 'bool'],
  [3, 'reason', 'string'],
  [4, 'message', 'string'],
]);

/** Whatever takes a pod sandbox alone. */
export type PodSandboxRequest = {
  podSandboxId: string;
};
export const PodSandboxRequest: MessageType<PodSandboxRequest> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandboxRequest', [
  [1, 'podSandboxId', 'string'],
]);

/** Whatever takes a container alone. */
export type ContainerRequest = {
  containerId: string;
};
export const ContainerRequest: MessageType<ContainerRequest> = /* @__PURE__ */ createMessageType('runtime.v1.ContainerRequest', [
  [1, 'containerId', 'string'],
]);

export type RunPodSandboxRequest = {
  config: PodSandboxConfig | undefined;
  runtimeHandler: string;
};
export const RunPodSandboxRequest: MessageType<RunPodSandboxRequest> = /* @__PURE__ */ createMessageType('runtime.v1.RunPodSandboxRequest', [
  [1, 'config', () => PodSandboxConfig],
  [2, 'runtimeHandler', 'string'],
]);

export type RunPodSandboxResponse = {
  podSandboxId: string;
};
export const RunPodSandboxResponse: MessageType<RunPodSandboxResponse> = /* @__PURE__ */ createMessageType('runtime.v1.RunPodSandboxResponse', [
  [1, 'podSandboxId', 'string'],
]);

export type PodSandboxConfig = {
  metadata: PodSandboxMetadata | undefined;
  hostname: string;
  logDirectory: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  linux: LinuxPodSandboxConfig | undefined;
};
export const PodSandboxConfig: MessageType<PodSandboxConfig> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandboxConfig', [
  [1, 'metadata', () => PodSandboxMetadata],
  [2, 'hostname', 'string'],
  [3, 'logDirectory', 'string'],
  [6, 'labels', 'string', 'map'],
  [7, 'annotations', 'string', 'map'],
  [8, 'linux', () => LinuxPodSandboxConfig],
]);

export type PodSandboxMetadata = {
  name: string;
  uid: string;
  namespace: string;
  attempt: number;
};
export const PodSandboxMetadata: MessageType<PodSandboxMetadata> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandboxMetadata', [
  [1, 'name', 'string'],
  [2, 'uid', 'string'],
  [3, 'namespace', 'string'],
  [4, 'attempt', 'uint32'],
]);

export type LinuxPodSandboxConfig = {
  cgroupParent: string;
  securityContext: LinuxSandboxSecurityContext | undefined;
  sysctls: Record<string, string>;
};
export const LinuxPodSandboxConfig: MessageType<LinuxPodSandboxConfig> = /* @__PURE__ */ createMessageType('runtime.v1.LinuxPodSandboxConfig', [
  [1, 'cgroupParent', 'string'],
  [2, 'securityContext', () => LinuxSandboxSecurityContext],
  [3, 'sysctls', 'string', 'map'],
]);

export type LinuxSandboxSecurityContext = {
  namespaceOptions: NamespaceOption | undefined;
  privileged: boolean;
  seccomp: SecurityProfile | undefined;
};
export const LinuxSandboxSecurityContext: MessageType<LinuxSandboxSecurityContext> = /* @__PURE__ */ createMessageType('runtime.v1.LinuxSandboxSecurityContext', [
  [1, 'namespaceOptions', () => NamespaceOption],
  [6, 'privileged', 'bool'],
  [9, 'seccomp', () => SecurityProfile],
]);

export type NamespaceOption = {
  network: NamespaceMode;
  pid: NamespaceMode;
  ipc: NamespaceMode;
  /** The container whose processes a container with the mode TARGET sees. */
  targetId: string;
  usernsOptions: UserNamespace | undefined;
};
export const NamespaceOption: MessageType<NamespaceOption> = /* @__PURE__ */ createMessageType('runtime.v1.NamespaceOption', [
  [1, 'network', 'int32'],
  [2, 'pid', 'int32'],
  [3, 'ipc', 'int32'],
  [4, 'targetId', 'string'],
  [5, 'usernsOptions', () => UserNamespace],
]);

export type UserNamespace = {
  mode: NamespaceMode;
  uids: IDMapping[];
  gids: IDMapping[];
};
export const UserNamespace: MessageType<UserNamespace> = /* @__PURE__ */ createMessageType('runtime.v1.UserNamespace', [
  [1, 'mode', 'int32'],
  [2, 'uids', () => IDMapping, 'repeated'],
  [3, 'gids', () => IDMapping, 'repeated'],
]);

export type IDMapping = {
  hostId: number;
  containerId: number;
  length: number;
};
export const IDMapping: MessageType<IDMapping> = /* @__PURE__ */ createMessageType('runtime.v1.IDMapping', [
  [1, 'hostId', 'uint32'],
  [2, 'containerId', 'uint32'],
  [3, 'length', 'uint32'],
]);

export type SecurityProfile = {
  profileType: ProfileType;
};
export const SecurityProfile: MessageType<SecurityProfile> = /* @__PURE__ */ createMessageType('runtime.v1.SecurityProfile', [
  [1, 'profileType', 'int32'],
]);

export type PodSandboxStatusResponse = {
  status: PodSandboxStatus | undefined;
};
export const PodSandboxStatusResponse: MessageType<PodSandboxStatusResponse> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandboxStatusResponse', [
  [1, 'status', () => PodSandboxStatus],
]);

export type PodSandboxStatus = {
  id: string;
  state: number;
  network: PodSandboxNetworkStatus | undefined;
};
export const PodSandboxStatus: MessageType<PodSandboxStatus> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandboxStatus', [
  [1, 'id', 'string'],
  [3, 'state', 'int32'],
  [5, 'network', () => PodSandboxNetworkStatus],
]);

export type PodSandboxNetworkStatus = {
  ip: string;
};
export const PodSandboxNetworkStatus: MessageType<PodSandboxNetworkStatus> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandboxNetworkStatus', [
  [1, 'ip', 'string'],
]);

export type PodSandboxStatsResponse = {
  stats: PodSandboxStats | undefined;
};
export const PodSandboxStatsResponse: MessageType<PodSandboxStatsResponse> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandboxStatsResponse', [
  [1, 'stats', () => PodSandboxStats],
]);

export type PodSandboxStats = {
  linux: LinuxPodSandboxStats | undefined;
};
export const PodSandboxStats: MessageType<PodSandboxStats> = /* @__PURE__ */ createMessageType('runtime.v1.PodSandboxStats', [
  [2, 'linux', () => LinuxPodSandboxStats],
]);

export type LinuxPodSandboxStats = {
  cpu: CpuUsage | undefined;
  memory: MemoryUsage | undefined;
  process: ProcessUsage | undefined;
  containers: ContainerStats[];
};
export const LinuxPodSandboxStats: MessageType<LinuxPodSandboxStats> = /* @__PURE__ */ createMessageType('runtime.v1.LinuxPodSandboxStats', [
  [1, 'cpu', () => CpuUsage],
  [2, 'memory', () => MemoryUsage],
  [4, 'process', () => ProcessUsage],
  [5, 'containers', () => ContainerStats, 'repeated'],
]);

export type ProcessUsage = {
  processCount: UInt64Value | undefined;
};
export const ProcessUsage: MessageType<ProcessUsage> = /* @__PURE__ */ createMessageType('runtime.v1.ProcessUsage', [
  [2, 'processCount', () => UInt64Value],
]);

export type CreateContainerRequest = {
  podSandboxId: string;
  config: ContainerConfig | undefined;
  sandboxConfig: PodSandboxConfig | undefined;
};
export const CreateContainerRequest: MessageType<CreateContainerRequest> = /* @__PURE__ */ createMessageType('runtime.v1.CreateContainerRequest', [
  [1, 'podSandboxId', 'string'],
  [2, 'config', () => ContainerConfig],
  [3, 'sandboxConfig', () => PodSandboxConfig],
]);

export type CreateContainerResponse = {
  containerId: string;
};
export const CreateContainerResponse: MessageType<CreateContainerResponse> = /* @__PURE__ */ createMessageType('runtime.v1.CreateContainerResponse', [
  [1, 'containerId', 'string'],
]);

export type ContainerConfig = {
  metadata: ContainerMetadata | undefined;
  image: ImageSpec | undefined;
  command: string[];
  args: string[];
  envs: KeyValue[];
  mounts: Mount[];
  logPath: string;
  stdin: boolean;
  stdinOnce: boolean;
  tty: boolean;
  linux: LinuxContainerConfig | undefined;
};
export const ContainerConfig: MessageType<ContainerConfig> = /* @__PURE__ */ createMessageType('runtime.v1.ContainerConfig', [
  [1, 'metadata', () => ContainerMetadata],
  [2, 'image', () => ImageSpec],
  [3, 'command', 'string', 'repeated'],
  [4, 'args', 'string', 'repeated'],
  [6, 'envs', () => KeyValue, 'repeated'],
  [7, 'mounts', () => Mount, 'repeated'],
  [11, 'logPath', 'string'],
  [12, 'stdin', 'bool'],
  [13, 'stdinOnce', 'bool'],
  [14, 'tty', 'bool'],
  [15, 'linux', () => LinuxContainerConfig],
]);

export type ContainerMetadata = {
  name: string;
  attempt: number;
};
export const ContainerMetadata: MessageType<ContainerMetadata> = /* @__PURE__ */ createMessageType('runtime.v1.ContainerMetadata', [
  [1, 'name', 'string'],
  [2, 'attempt', 'uint32'],
]);

export type ImageSpec = {
  image: string;
};
export const ImageSpec: MessageType<ImageSpec> = /* @__PURE__ */ createMessageType('runtime.v1.ImageSpec', [
  [1, 'image', 'string'],
]);

export type KeyValue = {
  key: string;
  value: string;
};
export const KeyValue: MessageType<KeyValue> = /* @__PURE__ */ createMessageType('runtime.v1.KeyValue', [
  [1, 'key', 'string'],
  [2, 'value', 'string'],
]);

export type Mount = {
  containerPath: string;
  hostPath: string;
  readonly: boolean;
};
export const Mount: MessageType<Mount> = /* @__PURE__ */ createMessageType('runtime.v1.Mount', [
  [1, 'containerPath', 'string'],
  [2, 'hostPath', 'string'],
  [3, 'readonly', 'bool'],
]);

export type LinuxContainerConfig = {
  resources: LinuxContainerResources | undefined;
  securityContext: LinuxContainerSecurityContext | undefined;
};
export const LinuxContainerConfig: MessageType<LinuxContainerConfig> = /* @__PURE__ */ createMessageType('runtime.v1.LinuxContainerConfig', [
  [1, 'resources', () => LinuxContainerResources],
  [2, 'securityContext', () => LinuxContainerSecurityContext],
]);

export type LinuxContainerResources = {
  cpuPeriod: bigint;
  cpuQuota: bigint;
  cpuShares: bigint;
  memoryLimitInBytes: bigint;
};
export const LinuxContainerResources: MessageType<LinuxContainerResources> = /* @__PURE__ */ createMessageType('runtime.v1.LinuxContainerResources', [
  [1, 'cpuPeriod', 'int64'],
  [2, 'cpuQuota', 'int64'],
  [3, 'cpuShares', 'int64'],
  [4, 'memoryLimitInBytes', 'int64'],
]);

export type LinuxContainerSecurityContext = {
  capabilities: Capability | undefined;
  privileged: boolean;
  namespaceOptions: NamespaceOption | undefined;
  runAsUser: Int64Value | undefined;
  readonlyRootfs: boolean;
  noNewPrivs: boolean;
  runAsGroup: Int64Value | undefined;
  seccomp: SecurityProfile | undefined;
};
export const LinuxContainerSecurityContext: MessageType<LinuxContainerSecurityContext> = /* @__PURE__ */ createMessageType('runtime.v1.LinuxContainerSecurityContext', [
  [1, 'capabilities', () => Capability],
  [2, 'privileged', 'bool'],
  [3, 'namespaceOptions', () => NamespaceOption],
  [5, 'runAsUser', () => Int64Value],
  [7, 'readonlyRootfs', 'bool'],
  [11, 'noNewPrivs', 'bool'],
  [12, 'runAsGroup', () => Int64Value],
  [15, 'seccomp', () => SecurityProfile],
]);

export type Capability = {
  addCapabilities: string[];
  dropCapabilities: string[];
};
export const Capability: MessageType<Capability> = /* @__PURE__ */ createMessageType('runtime.v1.Capability', [
  [1, 'addCapabilities', 'string', 'repeated'],
  [2, 'dropCapabilities', 'string', 'repeated'],
]);

export type StopContainerRequest = {
  containerId: string;
  /** Seconds until SIGKILL. */
  timeout: bigint;
};
export const StopContainerRequest: MessageType<StopContainerRequest> = /* @__PURE__ */ createMessageType('runtime.v1.StopContainerRequest', [
  [1, 'containerId', 'string'],
  [2, 'timeout', 'int64'],
]);

export type ContainerStatusResponse = {
  status: ContainerStatus | undefined;
};
export const ContainerStatusResponse: MessageType<ContainerStatusResponse> = /* @__PURE__ */ createMessageType('runtime.v1.ContainerStatusResponse', [
  [1, 'status', () => ContainerStatus],
]);

export type ContainerStatus = {
  id: string;
  state: ContainerState;
  exitCode: number;
  reason: string;
  message: string;
};
export const ContainerStatus: MessageType<ContainerStatus> = /* @__PURE__ */ createMessageType('runtime.v1.ContainerStatus', [
  [1, 'id', 'string'],
  [3, 'state', 'int32'],
  [7, 'exitCode', 'int32'],
  [10, 'reason', 'string'],
  [11, 'message', 'string'],
]);

export type ContainerStatsResponse = {
  stats: ContainerStats | undefined;
};
export const ContainerStatsResponse: MessageType<ContainerStatsResponse> = /* @__PURE__ */ createMessageType('runtime.v1.ContainerStatsResponse', [
  [1, 'stats', () => ContainerStats],
]);

export type ContainerStats = {
  attributes: ContainerAttributes | undefined;
  cpu: CpuUsage | undefined;
  memory: MemoryUsage | undefined;
};
export const ContainerStats: MessageType<ContainerStats> = /* @__PURE__ */ createMessageType('runtime.v1.ContainerStats', [
  [1, 'attributes', () => ContainerAttributes],
  [2, 'cpu', () => CpuUsage],
  [3, 'memory', () => MemoryUsage],
]);

export type ContainerAttributes = {
  id: string;
};
export const ContainerAttributes: MessageType<ContainerAttributes> = /* @__PURE__ */ createMessageType('runtime.v1.ContainerAttributes', [
  [1, 'id', 'string'],
]);

export type CpuUsage = {
  usageCoreNanoSeconds: UInt64Value | undefined;
};
export const CpuUsage: MessageType<CpuUsage> = /* @__PURE__ */ createMessageType('runtime.v1.CpuUsage', [
  [2, 'usageCoreNanoSeconds', () => UInt64Value],
]);

export type MemoryUsage = {
  workingSetBytes: UInt64Value | undefined;
  usageBytes: UInt64Value | undefined;
  rssBytes: UInt64Value | undefined;
};
export const MemoryUsage: MessageType<MemoryUsage> = /* @__PURE__ */ createMessageType('runtime.v1.MemoryUsage', [
  [2, 'workingSetBytes', () => UInt64Value],
  [4, 'usageBytes', () => UInt64Value],
  [5, 'rssBytes', () => UInt64Value],
]);

export type UpdateContainerResourcesRequest = {
  containerId: string;
  linux: LinuxContainerResources | undefined;
};
export const UpdateContainerResourcesRequest: MessageType<UpdateContainerResourcesRequest> = /* @__PURE__ */ createMessageType('runtime.v1.UpdateContainerResourcesRequest', [
  [1, 'containerId', 'string'],
  [2, 'linux', () => LinuxContainerResources],
]);

export type ExecSyncRequest = {
  containerId: string;
  cmd: string[];
  /** Seconds. */
  timeout: bigint;
};
export const ExecSyncRequest: MessageType<ExecSyncRequest> = /* @__PURE__ */ createMessageType('runtime.v1.ExecSyncRequest', [
  [1, 'containerId', 'string'],
  [2, 'cmd', 'string', 'repeated'],
  [3, 'timeout', 'int64'],
]);

export type ExecSyncResponse = {
  stdout: Uint8Array;
  stderr: Uint8Array;
  exitCode: number;
};
export const ExecSyncResponse: MessageType<ExecSyncResponse> = /* @__PURE__ */ createMessageType('runtime.v1.ExecSyncResponse', [
  [1, 'stdout', 'bytes'],
  [2, 'stderr', 'bytes'],
  [3, 'exitCode', 'int32'],
]);

export type ExecRequest = {
  containerId: string;
  cmd: string[];
  tty: boolean;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
};
export const ExecRequest: MessageType<ExecRequest> = /* @__PURE__ */ createMessageType('runtime.v1.ExecRequest', [
  [1, 'containerId', 'string'],
  [2, 'cmd', 'string', 'repeated'],
  [3, 'tty', 'bool'],
  [4, 'stdin', 'bool'],
  [5, 'stdout', 'bool'],
  [6, 'stderr', 'bool'],
]);

export type AttachRequest = {
  containerId: string;
  stdin: boolean;
  tty: boolean;
  stdout: boolean;
  stderr: boolean;
};
export const AttachRequest: MessageType<AttachRequest> = /* @__PURE__ */ createMessageType('runtime.v1.AttachRequest', [
  [1, 'containerId', 'string'],
  [2, 'stdin', 'bool'],
  [3, 'tty', 'bool'],
  [4, 'stdout', 'bool'],
  [5, 'stderr', 'bool'],
]);

export type PortForwardRequest = {
  podSandboxId: string;
  port: number[];
};
export const PortForwardRequest: MessageType<PortForwardRequest> = /* @__PURE__ */ createMessageType('runtime.v1.PortForwardRequest', [
  [1, 'podSandboxId', 'string'],
  [2, 'port', 'int32', 'repeated'],
]);

/** Where to go on by HTTP. */
export type StreamingResponse = {
  url: string;
};
export const StreamingResponse: MessageType<StreamingResponse> = /* @__PURE__ */ createMessageType('runtime.v1.StreamingResponse', [
  [1, 'url', 'string'],
]);

export type PullImageRequest = {
  image: ImageSpec | undefined;
};
export const PullImageRequest: MessageType<PullImageRequest> = /* @__PURE__ */ createMessageType('runtime.v1.PullImageRequest', [
  [1, 'image', () => ImageSpec],
]);

export type PullImageResponse = {
  imageRef: string;
};
export const PullImageResponse: MessageType<PullImageResponse> = /* @__PURE__ */ createMessageType('runtime.v1.PullImageResponse', [
  [1, 'imageRef', 'string'],
]);

export type ImageStatusRequest = {
  image: ImageSpec | undefined;
};
export const ImageStatusRequest: MessageType<ImageStatusRequest> = /* @__PURE__ */ createMessageType('runtime.v1.ImageStatusRequest', [
  [1, 'image', () => ImageSpec],
]);

export type ImageStatusResponse = {
  image: Image | undefined;
};
export const ImageStatusResponse: MessageType<ImageStatusResponse> = /* @__PURE__ */ createMessageType('runtime.v1.ImageStatusResponse', [
  [1, 'image', () => Image],
]);

export type Image = {
  id: string;
};
export const Image: MessageType<Image> = /* @__PURE__ */ createMessageType('runtime.v1.Image', [
  [1, 'id', 'string'],
]);

export type Int64Value = {
  value: bigint;
};
export const Int64Value: MessageType<Int64Value> = /* @__PURE__ */ createMessageType('runtime.v1.Int64Value', [
  [1, 'value', 'int64'],
]);

export type UInt64Value = {
  value: bigint;
};
export const UInt64Value: MessageType<UInt64Value> = /* @__PURE__ */ createMessageType('runtime.v1.UInt64Value', [
  [1, 'value', 'uint64'],
]);

export const RuntimeService = {
  name: 'runtime.v1.RuntimeService',
  methods: {
    version: { name: 'Version', request: VersionRequest, response: VersionResponse },
    status: { name: 'Status', request: StatusRequest, response: StatusResponse },
    runPodSandbox: { name: 'RunPodSandbox', request: RunPodSandboxRequest, response: RunPodSandboxResponse },
    stopPodSandbox: { name: 'StopPodSandbox', request: PodSandboxRequest, response: EmptyResponse },
    removePodSandbox: { name: 'RemovePodSandbox', request: PodSandboxRequest, response: EmptyResponse },
    listPodSandbox: { name: 'ListPodSandbox', request: ListPodSandboxRequest, response: ListPodSandboxResponse },
    podSandboxStatus: { name: 'PodSandboxStatus', request: PodSandboxRequest, response: PodSandboxStatusResponse },
    podSandboxStats: { name: 'PodSandboxStats', request: PodSandboxRequest, response: PodSandboxStatsResponse },
    createContainer: { name: 'CreateContainer', request: CreateContainerRequest, response: CreateContainerResponse },
    startContainer: { name: 'StartContainer', request: ContainerRequest, response: EmptyResponse },
    stopContainer: { name: 'StopContainer', request: StopContainerRequest, response: EmptyResponse },
    removeContainer: { name: 'RemoveContainer', request: ContainerRequest, response: EmptyResponse },
    containerStatus: { name: 'ContainerStatus', request: ContainerRequest, response: ContainerStatusResponse },
    containerStats: { name: 'ContainerStats', request: ContainerRequest, response: ContainerStatsResponse },
    updateContainerResources: { name: 'UpdateContainerResources', request: UpdateContainerResourcesRequest, response: EmptyResponse },
    execSync: { name: 'ExecSync', request: ExecSyncRequest, response: ExecSyncResponse },
    exec: { name: 'Exec', request: ExecRequest, response: StreamingResponse },
    attach: { name: 'Attach', request: AttachRequest, response: StreamingResponse },
    portForward: { name: 'PortForward', request: PortForwardRequest, response: StreamingResponse },
  },
} as const satisfies ServiceType;

export const ImageService = {
  name: 'runtime.v1.ImageService',
  methods: {
    imageStatus: { name: 'ImageStatus', request: ImageStatusRequest, response: ImageStatusResponse },
    pullImage: { name: 'PullImage', request: PullImageRequest, response: PullImageResponse },
  },
} as const satisfies ServiceType;
