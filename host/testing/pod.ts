// One pod as a kubelet handles it: its sandbox, the containers in it, and what can be asked about them. Each method is a call of CRI.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from '../containerd/connection.ts';
import {
  type ContainerConfig,
  ContainerState,
  type ContainerStats,
  type ContainerStatus,
  type LinuxContainerResources,
  type LinuxContainerSecurityContext,
  NamespaceMode,
  type NamespaceOption,
  type PodSandboxConfig,
  type PodSandboxStats,
  RuntimeService,
} from '../gen/runtime.v1.ts';
import type { Fields } from '../protobuf/message.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';
import type { Containerd } from './containerd.ts';
import { attachTo, openTunnel, type Stream, type StreamOptions, type Tunnel } from './pod-stream.ts';
import { timeScale, until } from './until.ts';

const { methods } = RuntimeService;

/** The node, as far as a pod needs it. */
export type Node = {
  readonly containerd: Containerd;
  readonly connection: Connection;
};

/** What may be asked of a sandbox. */
export type PodOptions = {
  /** In place of the handler of the shim under test. */
  readonly handler?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Which namespaces the containers share with each other or with the node; as in Kubernetes, all but that of processes when left out. */
  readonly namespaces?: Fields<NamespaceOption>;
  /** Whether containers in it may be privileged. */
  readonly privileged?: boolean;
};

/** What may be asked of a container beside its image. */
export type ContainerOptions = Omit<Fields<ContainerConfig>, 'image' | 'envs' | 'metadata' | 'logPath' | 'linux'> & {
  readonly environment?: Readonly<Record<string, string>>;
  readonly resources?: Fields<LinuxContainerResources>;
  readonly security?: Fields<LinuxContainerSecurityContext>;
  /** Namespaces other than the pod's. */
  readonly namespaces?: Fields<NamespaceOption>;
};

/** How a command in a container ended. */
export type ExecResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** How a pod is called and where its things are. */
export type PodIdentity = { readonly name: string; readonly logDirectory: string; readonly cgroupParent: string };

/** A pod. */
export class Pod {
  readonly cgroupParent: string;
  readonly #node: Node;
  readonly #config: Fields<PodSandboxConfig>;
  readonly #handler: string;
  readonly #namespaces: Fields<NamespaceOption>;
  readonly #logDirectory: string;
  // Container ids by name; `create` adds, `removeContainer` removes.
  readonly #ids = new Map<string, string>();
  // How often a container of that name was made.
  readonly #attempts = new Map<string, number>();
  #id = '';
  #address = '';

  constructor(node: Node, { name, logDirectory, cgroupParent }: PodIdentity, options: PodOptions) {
    this.#node = node;
    this.#logDirectory = logDirectory;
    this.cgroupParent = cgroupParent;
    this.#handler = options.handler ?? 'spin';
    this.#namespaces = { pid: NamespaceMode.CONTAINER, ...options.namespaces };
    this.#config = {
      metadata: { name, uid: `uid-${name}-${node.containerd.mark}`, namespace: 'default', attempt: 0 },
      // Who has the node's network has its name as well.
      hostname: options.namespaces?.network === NamespaceMode.NODE ? '' : name,
      logDirectory,
      annotations: options.annotations ?? {},
      linux: {
        cgroupParent,
        sysctls: options.sysctls,
        securityContext: { namespaceOptions: this.#namespaces, privileged: options.privileged },
      },
    };
  }

  /** Starts the sandbox and learns its address. */
  async run(): Promise<void> {
    const request = { config: this.#config, runtimeHandler: this.#handler };
    const { podSandboxId } = await this.#node.connection.call(RuntimeService, methods.runPodSandbox, request);
    this.#node.containerd.claim(podSandboxId);
    this.#id = podSandboxId;
    const answer = await this.#node.connection.call(RuntimeService, methods.podSandboxStatus, { podSandboxId });
    this.#address = answer.status?.network?.ip ?? '';
  }

  /** Tells whether the sandbox is there to run containers in. */
  async isReady(): Promise<boolean> {
    const request = { podSandboxId: this.#id };
    const answer = await this.#node.connection
      .call(RuntimeService, methods.podSandboxStatus, request)
      .catch((error) => {
        if (statusFromError(error).code === Code.NOT_FOUND) return null;
        throw error;
      });
    return answer?.status?.state === 0;
  }

  get id(): string {
    return this.#id;
  }

  /** Address of the pod, which the node and other pods can reach. */
  get address(): string {
    return this.#address;
  }

  /** Creates and starts a container. Its log goes to `log(name)`. */
  async start(name: string, image: string, options: ContainerOptions = {}): Promise<void> {
    await this.create(name, image, options);
    await this.startCreated(name);
  }

  /** Creates a container; containerd asks the shim for it only when it is started. */
  async create(name: string, image: string, options: ContainerOptions = {}): Promise<void> {
    const attempt = this.#attempts.get(name) ?? 0;
    this.#attempts.set(name, attempt + 1);
    const { environment = {}, resources, security, namespaces, ...rest } = options;
    const envs = Object.entries(environment).map(([key, value]) => ({ key, value }));
    const linux = {
      resources,
      securityContext: { ...security, namespaceOptions: { ...this.#namespaces, ...namespaces } },
    };
    const config = { ...rest, linux, metadata: { name, attempt }, image: { image }, envs, logPath: `${name}.log` };
    const request = { podSandboxId: this.#id, config, sandboxConfig: this.#config };
    const { containerId } = await this.#node.connection.call(RuntimeService, methods.createContainer, request);
    this.#node.containerd.claim(containerId);
    this.#ids.set(name, containerId);
  }

  /** Starts a container that was created. */
  async startCreated(name: string): Promise<void> {
    const request = { containerId: this.containerId(name) };
    await this.#node.connection.call(RuntimeService, methods.startContainer, request);
  }

  /** Stops a container: SIGTERM, and SIGKILL after the grace time. */
  async stop(name: string, graceSeconds = 10 * timeScale): Promise<void> {
    const request = { containerId: this.containerId(name), timeout: BigInt(graceSeconds) };
    await this.#node.connection.call(RuntimeService, methods.stopContainer, request);
  }

  /** Removes a stopped container. */
  async removeContainer(name: string): Promise<void> {
    const request = { containerId: this.containerId(name) };
    await this.#node.connection.call(RuntimeService, methods.removeContainer, request);
    this.#ids.delete(name);
  }

  /** Stops the sandbox and its containers. */
  async stopSandbox(): Promise<void> {
    await this.#node.connection.call(RuntimeService, methods.stopPodSandbox, { podSandboxId: this.#id });
  }

  /** Stops and removes the pod with its containers; no error when it is gone, or never was. */
  async remove(): Promise<void> {
    if (this.#id === '') return;
    await this.stopSandbox();
    await this.#node.connection.call(RuntimeService, methods.removePodSandbox, { podSandboxId: this.#id });
    this.#id = '';
  }

  /** Asks how a container is. */
  async status(name: string): Promise<ContainerStatus> {
    const request = { containerId: this.containerId(name) };
    const { status } = await this.#node.connection.call(RuntimeService, methods.containerStatus, request);
    if (status === undefined) throw new Error(`no status of ${name}`);
    return status;
  }

  /** Waits until a container has ended, and gives its status then. */
  untilExited(name: string): Promise<ContainerStatus> {
    return until(`${name} has ended`, async () => {
      const status = await this.status(name);
      return status.state === ContainerState.CONTAINER_EXITED && status;
    });
  }

  /** Runs a command in a container to its end. */
  async execSync(name: string, command: readonly string[], timeoutSeconds = 10 * timeScale): Promise<ExecResult> {
    const request = { containerId: this.containerId(name), cmd: command, timeout: BigInt(timeoutSeconds) };
    const answer = await this.#node.connection.call(RuntimeService, methods.execSync, request);
    const text = new TextDecoder();
    return { code: answer.exitCode, stdout: text.decode(answer.stdout), stderr: text.decode(answer.stderr) };
  }

  /** Runs a command in a container with streams to talk to it. */
  async exec(name: string, command: readonly string[], options: StreamOptions = {}): Promise<Stream> {
    const streams = { stdin: true, stdout: true, stderr: options.tty !== true, tty: options.tty ?? false };
    const request = { containerId: this.containerId(name), cmd: command, ...streams };
    const { url } = await this.#node.connection.call(RuntimeService, methods.exec, request);
    return attachTo(url);
  }

  /** Gets hold of the streams of a container's first process. */
  async attach(name: string): Promise<Stream> {
    const request = { containerId: this.containerId(name), stdin: true, stdout: true, stderr: true };
    const { url } = await this.#node.connection.call(RuntimeService, methods.attach, request);
    return attachTo(url);
  }

  /** Connects to a port of the pod by way of containerd, as `kubectl port-forward` does. */
  async forward(port: number): Promise<Tunnel> {
    const request = { podSandboxId: this.#id, port: [port] };
    const { url } = await this.#node.connection.call(RuntimeService, methods.portForward, request);
    return openTunnel(url, port);
  }

  /** Asks what a container uses. */
  async stats(name: string): Promise<ContainerStats | undefined> {
    const request = { containerId: this.containerId(name) };
    return (await this.#node.connection.call(RuntimeService, methods.containerStats, request)).stats;
  }

  /** Asks what the whole pod uses. */
  async podStats(): Promise<PodSandboxStats | undefined> {
    const request = { podSandboxId: this.#id };
    return (await this.#node.connection.call(RuntimeService, methods.podSandboxStats, request)).stats;
  }

  /** Changes a running container's limits. */
  async updateResources(name: string, linux: Fields<LinuxContainerResources>): Promise<void> {
    const request = { containerId: this.containerId(name), linux };
    await this.#node.connection.call(RuntimeService, methods.updateContainerResources, request);
  }

  /** Reads what a container has written, as CRI keeps it: time, stream, whether the line is whole, text. */
  async log(name: string): Promise<string> {
    return readFile(join(this.#logDirectory, `${name}.log`), 'utf8');
  }

  /** Tells whether a container of that name was made and not removed. */
  has(name: string): boolean {
    return this.#ids.has(name);
  }

  /** Id of a container. Throws when there is none of that name. */
  containerId(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`no container ${name} in this pod`);
    return id;
  }
}
