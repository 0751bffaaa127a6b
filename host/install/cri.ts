// What containerd itself says about its runtimes, over CRI: the one answer that holds whatever its configuration is made of.
import { Connection } from '../containerd/connection.ts';
import { RuntimeService } from '../gen/runtime.v1.ts';
import type { Table } from './configuration.ts';

/** What a containerd that answers says. */
export type Cri = {
  /** Such as `1.7.24`. */
  readonly version: string;
  /** Whether it can run containers. */
  readonly isReady: boolean;
  /** The runtime of each handler. */
  readonly runtimes: Readonly<Record<string, CriRuntime>>;
};

/** A runtime as containerd tells of it. */
export type CriRuntime = {
  readonly runtimeType: string;
  readonly baseRuntimeSpec?: string;
  readonly options?: Table | null;
};

/** How long one call may take, in ms. */
const CALL_MS = 10_000;
const NAMESPACE = 'k8s.io';
const RUNTIME_READY = 'RuntimeReady';
/** CRI's state of a pod that has not ended. */
const SANDBOX_READY = 0;

const { methods } = RuntimeService;

/** Asks the containerd at a socket. Rejects when it does not answer, or has no CRI. */
export async function readCri(socket: string): Promise<Cri> {
  using connection = new Connection(socket, NAMESPACE, CALL_MS);
  const { runtimeVersion } = await connection.call(RuntimeService, methods.version, {});
  const { status, info } = await connection.call(RuntimeService, methods.status, { verbose: true });
  return {
    version: runtimeVersion.replace(/^v/, ''),
    isReady: status?.conditions.some(({ type, status }) => type === RUNTIME_READY && status) ?? false,
    runtimes: runtimesOf(info['config']),
  };
}

/** Names of the pods that run under a handler. Rejects as `readCri` does. */
export async function listPods(socket: string, handler: string): Promise<string[]> {
  using connection = new Connection(socket, NAMESPACE, CALL_MS);
  const { items } = await connection.call(RuntimeService, methods.listPodSandbox, {});
  return items
    .filter(({ runtimeHandler, state }) => runtimeHandler === handler && state === SANDBOX_READY)
    .map(({ metadata, id }) => (metadata === undefined ? id : `${metadata.namespace}/${metadata.name}`));
}

/** Reads the plugin's configuration, which containerd tells as JSON. */
function runtimesOf(config = '{}'): Record<string, CriRuntime> {
  const { containerd } = JSON.parse(config) as { containerd?: { runtimes?: Record<string, CriRuntime> } };
  return containerd?.runtimes ?? {};
}
