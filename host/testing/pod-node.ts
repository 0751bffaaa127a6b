// A private containerd with CRI, as a node of a cluster has it, and the calls of a kubelet. Pods run under the runtime handler `spin`,
// which is the shim under test; their network is real. Nothing is pulled: the pause container's image is made here as well.
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findCgroup } from '../cgroup/cgroupfs.ts';
import { UNIFIED } from '../cgroup/path.ts';
import { Connection } from '../containerd/connection.ts';
import { ContainerState, type ContainerStatus, ImageService, RuntimeService } from '../gen/runtime.v1.ts';
import { TEST_APP } from './app.ts';
import { runCommand } from './command.ts';
import { type Containerd, openContainerd } from './containerd.ts';
import { importApp, importBusybox, importEntries, listBusybox } from './images.ts';
import { untilAnswer } from './network.ts';
import { Pod, type PodOptions } from './pod.ts';
import { createPodNetwork, type PodNetwork } from './pod-network.ts';
import type { Release } from './releases.ts';
import { timeScale, until } from './until.ts';

/** The namespace that the CRI plugin uses. */
const CRI_NAMESPACE = 'k8s.io';
const PAUSE_IMAGE = 'docker.io/library/pause:test';
/** Not `sleep`, which tests look for in pods that share their processes. */
const PAUSE = ['/bin/busybox', 'tail', '-f', '/dev/null'];
/** A container that does nothing until it is killed. */
export const SLEEP = { command: ['sleep', '1000'] };
/** Starting and stopping includes what the network's plugins and the grace time take, in ms. */
const CALL_TIMEOUT_MS = 60_000 * timeScale;
/** What tells both shims to have systemd make the cgroups, in containerd's configuration. */
const SYSTEMD_OPTIONS = ['spin', 'runc']
  .map((name) => `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.${name}.options]\n  SystemdCgroup = true\n`)
  .join('');
/** What a kubelet waits for; newer releases of containerd have others, of what is deprecated. */
const CONDITIONS = ['RuntimeReady', 'NetworkReady'];
/** capabilities(7); the number is that of linux/capability.h. */
const CAP_SYS_RESOURCE = 24n;

/** What a node is made of. */
export type PodNodeOptions = {
  readonly release: Release;
  readonly runtime: string;
  /** Whether pods may have ports of the machine; makes rules of its firewall. */
  readonly hasHostPorts?: boolean;
  /** The only registry that images are pulled from, whatever their names say: `address:port`. */
  readonly registry?: string;
  /** Whether systemd makes the cgroups. */
  readonly usesSystemd?: boolean;
};

/** Starts a containerd with CRI and waits until it is ready for pods. */
export async function openPodNode({ release, runtime, ...options }: PodNodeOptions): Promise<PodNode> {
  let network: PodNetwork | undefined;
  const formatCriConfig = async (directory: string): Promise<string> => {
    network ??= await createPodNetwork(directory, options);
    const config = await formatConfig(directory, runtime, network);
    const more = options.registry === undefined ? '' : await configureRegistry(directory, options.registry);
    return config + more + (options.usesSystemd ? SYSTEMD_OPTIONS : '');
  };
  const containerd = await openContainerd({ release, runtime, namespace: CRI_NAMESPACE, formatCriConfig });
  if (network === undefined) throw new Error('containerd was started without its configuration');
  containerd.onClose(network.remove);
  const node = new PodNode(containerd, network, options.usesSystemd ?? false);
  await node.prepare().catch(async (error: unknown) => {
    await node.close();
    throw error;
  });
  return node;
}

/** A node that pods run on. */
export class PodNode {
  readonly containerd: Containerd;
  #connection: Connection;
  /** Images for tests: the test app, and one with a shell. */
  images = { app: '', box: '' };
  readonly #network: PodNetwork;
  readonly #pods = new Set<Pod>();
  readonly #usesSystemd: boolean;

  constructor(containerd: Containerd, network: PodNetwork, usesSystemd: boolean) {
    this.containerd = containerd;
    this.#connection = connectTo(containerd);
    this.#network = network;
    this.#usesSystemd = usesSystemd;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Restarts containerd, which leaves its pods running; `meanwhile` happens while there is none. */
  async restart(signal: 'SIGTERM' | 'SIGKILL', meanwhile: () => Promise<void>): Promise<void> {
    this.#connection[Symbol.dispose]();
    await this.containerd.stop(signal);
    await meanwhile();
    await this.containerd.start();
    this.#connection = connectTo(this.containerd);
    await this.untilReady();
  }

  /** Waits until CRI can take calls. */
  async untilReady(): Promise<void> {
    await until('CRI is ready', async () => {
      const { status } = await this.connection.call(RuntimeService, RuntimeService.methods.status, {});
      return CONDITIONS.every((wanted) => status?.conditions.some(({ type, status }) => type === wanted && status));
    });
  }

  /** Waits until CRI is ready, and imports every image that tests need, the pause container's too. */
  async prepare(): Promise<void> {
    await this.untilReady();
    await importEntries(this.containerd, 'pause', await listBusybox(), PAUSE);
    this.images = { app: await importApp(this.containerd, TEST_APP), box: await importBusybox(this.containerd) };
    for (const image of [PAUSE_IMAGE, ...Object.values(this.images)]) await this.untilImage(image);
  }

  /** Imports the app in a folder; gives the name of its image. */
  async importApp(folder: string): Promise<string> {
    const image = await importApp(this.containerd, folder);
    await this.untilImage(image);
    return image;
  }

  /** Waits until CRI has noticed that an image was imported. */
  async untilImage(name: string): Promise<void> {
    await until(`CRI knows ${name}`, async () => {
      const request = { image: { image: name } };
      return (await this.connection.call(ImageService, ImageService.methods.imageStatus, request)).image !== undefined;
    });
  }

  /** Starts a pod sandbox; `name` is for people. Rejects with containerd's message. */
  async runPod(name: string, options: PodOptions = {}): Promise<Pod> {
    const directory = join(this.containerd.directory, `logs-${name}`);
    await mkdir(directory, { recursive: true });
    const identity = { name, logDirectory: directory, cgroupParent: this.#cgroupOf(name) };
    const pod = new Pod(this, identity, options);
    this.#pods.add(pod);
    await pod.run();
    return pod;
  }

  /** Waits until a container has ended, and gives its status then. */
  async untilExited(containerId: string): Promise<ContainerStatus> {
    const { containerStatus } = RuntimeService.methods;
    return until(`${containerId} has ended`, async () => {
      const { status } = await this.connection.call(RuntimeService, containerStatus, { containerId });
      return status?.state === ContainerState.CONTAINER_EXITED && status;
    });
  }

  /** Removes pod sandboxes that a call has made whose answer never came, because containerd died; gives their ids. */
  async removeUnknown(): Promise<readonly string[]> {
    const { methods } = RuntimeService;
    const known = new Set([...this.#pods].map(({ id }) => id));
    const { items } = await this.connection.call(RuntimeService, methods.listPodSandbox, {});
    const unknown = items.map(({ id }) => id).filter((id) => !known.has(id));
    for (const podSandboxId of unknown) {
      this.containerd.claim(podSandboxId);
      await this.connection.call(RuntimeService, methods.stopPodSandbox, { podSandboxId });
      await this.connection.call(RuntimeService, methods.removePodSandbox, { podSandboxId });
    }
    return unknown;
  }

  // A kubelet gives each pod a cgroup; in the name of a slice every dash is a level.
  #cgroupOf(name: string): string {
    const { mark } = this.containerd;
    return this.#usesSystemd ? `/pods.slice/pods-${`${name}_${mark}`.replaceAll('-', '_')}.slice` : `/${name}-${mark}`;
  }

  /** Starts the pod of most tests: the test app, which answers on port 80, and beside it a container `box` that sleeps. */
  async runAppWithSidecar(): Promise<Pod> {
    const pod = await this.runPod('pod');
    await pod.start('app', this.images.app);
    await pod.start('box', this.images.box, SLEEP);
    await untilAnswer(`http://${pod.address}/hello`);
    return pod;
  }

  /** Process id of a container's first process, on the machine. */
  async pidOf(pod: Pod, name: string): Promise<number> {
    const task = (await this.containerd.tasks()).get(pod.containerId(name));
    if (task === undefined) throw new Error(`no task of ${name}`);
    return task.pid;
  }

  /** Reads a container's limit of memory where the kernel keeps it, in bytes. */
  async memoryLimit(pod: Pod, name: string): Promise<bigint> {
    const { directories } = await findCgroup(await this.pidOf(pod, name));
    const { memory, [UNIFIED]: unified = '' } = directories;
    const path = memory === undefined ? `${unified}/memory.max` : `${memory}/memory.limit_in_bytes`;
    return BigInt((await readFile(path, 'utf8')).trim());
  }

  /** Stops and removes every pod, and the cgroup that a kubelet would have made for it. Never rejects. */
  async removeAll(): Promise<void> {
    for (const pod of this.#pods) {
      await pod.remove().catch((error: Error) => {
        // The test has failed or will, of what is left; this tells why.
        process.stderr.write(`cannot remove the pod ${pod.id}: ${error.message}\n`);
      });
      await removePodCgroup(pod.cgroupParent);
      this.#pods.delete(pod);
    }
  }

  /** Waits until nothing is left of any pod. Rejects with what is left. */
  async untilClean(timeoutMs?: number): Promise<void> {
    await this.containerd.untilClean(timeoutMs);
    let left: readonly string[] = [];
    const isEmpty = async () => {
      left = await this.#network.leftovers();
      return left.length === 0;
    };
    await until('nothing is left in the network', isEmpty).catch((error: unknown) => {
      throw new Error(`${error}: ${left.join(', ')}`);
    });
  }

  /** Ends everything and removes every trace. */
  async close(): Promise<void> {
    await this.removeAll();
    this.connection[Symbol.dispose]();
    await this.containerd.close();
  }
}

function connectTo(containerd: Containerd): Connection {
  return new Connection(containerd.address, CRI_NAMESPACE, CALL_TIMEOUT_MS);
}

/** Removes a pod's cgroup in every hierarchy, where nothing is in it any more. */
async function removePodCgroup(path: string): Promise<void> {
  if (path.endsWith('.slice')) await runCommand('systemctl', ['stop', basename(path)]);
  const controllers = ['', ...(await readFile('/proc/cgroups', 'utf8')).matchAll(/^(\w+)/gm).map(([name]) => name)];
  for (const name of [...controllers, 'systemd', 'unified']) {
    await rmdir(join('/sys/fs/cgroup', name, path)).catch(() => {});
  }
}

async function formatConfig(directory: string, runtime: string, network: PodNetwork): Promise<string> {
  const section = '[plugins."io.containerd.grpc.v1.cri"';
  return `${section}]
  sandbox_image = "${PAUSE_IMAGE}"
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = ${!(await hasCapability(CAP_SYS_RESOURCE))}
${section}.cni]
  bin_dir = "${network.pluginFolder}"
  conf_dir = "${network.configFolder}"
${section}.containerd]
  default_runtime_name = "spin"
  snapshotter = "${(await canOverlay(directory)) ? 'overlayfs' : 'native'}"
${section}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
${section}.containerd.runtimes.spin]
  runtime_type = "${runtime}"
`;
}

/** Writes where to pull from, and gives the configuration that says where that is written. */
async function configureRegistry(directory: string, registry: string): Promise<string> {
  const folder = join(directory, 'registries');
  await mkdir(join(folder, '_default'), { recursive: true });
  const lines = `server = "http://${registry}"\n[host."http://${registry}"]\n  capabilities = ["pull", "resolve"]\n`;
  await writeFile(join(folder, '_default', 'hosts.toml'), lines);
  return `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${folder}"\n`;
}

/** Tells whether this process, and so containerd, has a capability; root in a container lacks some. */
async function hasCapability(number: bigint): Promise<boolean> {
  const [, effective = '0'] = /^CapEff:\s*(\w+)/m.exec(await readFile('/proc/self/status', 'utf8')) ?? [];
  return (BigInt(`0x${effective}`) & (1n << number)) !== 0n;
}

/** Tries whether a folder's file system can be the upper layer of an overlay. */
async function canOverlay(directory: string): Promise<boolean> {
  const [lower = '', upper = '', work = '', merged = ''] = ['lower', 'upper', 'work', 'merged'].map((name) =>
    join(directory, 'overlay', name),
  );
  for (const path of [lower, upper, work, merged]) await mkdir(path, { recursive: true });
  const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  const { code } = await runCommand('mount', ['-t', 'overlay', 'overlay', '-o', layers, merged]);
  if (code === 0) await runCommand('umount', [merged]);
  return code === 0;
}
