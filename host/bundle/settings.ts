// The options of one container with every question answered, and the paths that follow from them.

import { Code, StatusError } from '../ttrpc/status.ts';
import { type Annotations, GUEST_RUNTIME } from './annotations.ts';
import { isSystemdCgroupPath, type NodeOptions, type Options } from './options.ts';
import type { Spec } from './spec.ts';

/** How one container is run. */
export type Settings = {
  /** Name or path of the OCI runtime. */
  readonly ociRuntime: string;
  /** The OCI runtime's state folder. */
  readonly ociRoot: string;
  readonly systemdCgroup: boolean;
  readonly noPivotRoot: boolean;
  readonly noNewKeyring: boolean;
  /** Owner of the pipes of standard streams; null to leave it to the OCI runtime, which gives them to the container's user where it may. */
  readonly streamUser: { readonly uid: number; readonly gid: number } | null;
  /** The cgroup for the shim itself; null to leave it where containerd is. */
  readonly shimCgroup: string | null;
  /** Path of the guest runtime to use; null for the built-in one. */
  readonly guestRuntime: string | null;
  readonly cacheDirectory: string;
  /** Whether apps may have components by URL and from registries. */
  readonly hasRemoteSources: boolean;
  /** The registry of packages that name none; null when there is none. */
  readonly packageRegistry: string | null;
  /** Folder for the state of this containerd's containers in this namespace. */
  readonly stateDirectory: string;
  /** Folder for console sockets, for all containers: a unix socket's path has at most 107 bytes. */
  readonly consoleDirectory: string;
};

/** Which containers a folder is for. */
export type Tenant = { readonly containerdAddress: string; readonly namespace: string };

/** What is known beside what was asked for. */
export type Surroundings = Tenant & {
  /** Whether systemd runs the machine. */
  readonly hasSystemd: boolean;
};

const DEFAULT_CACHE = '/var/lib/containerd-shim-spin';
const DEFAULT_STATE = '/run/containerd-shim-spin';
const DEFAULT_OCI_RUNTIME = 'runc';

/** Answers every question: the request's options come first, then the node's, then the defaults. Throws INVALID_ARGUMENT. */
export function settingsOf(request: Options, node: NodeOptions, spec: Spec, surroundings: Surroundings): Settings {
  const options = { ...node, ...request };
  const stateDirectory = stateDirectoryOf(node, surroundings);
  const mayUseSystemd = surroundings.hasSystemd && isSystemdCgroupPath(spec.linux?.cgroupsPath);
  return {
    ociRuntime: isShim(options.BinaryName) ? DEFAULT_OCI_RUNTIME : options.BinaryName || DEFAULT_OCI_RUNTIME,
    ociRoot: options.Root ? tenantDirectory(options.Root, surroundings) : `${stateDirectory}/oci`,
    systemdCgroup: options.SystemdCgroup ?? mayUseSystemd,
    noPivotRoot: options.NoPivotRoot ?? false,
    noNewKeyring: options.NoNewKeyring ?? false,
    streamUser: options.IoUid || options.IoGid ? { uid: options.IoUid ?? 0, gid: options.IoGid ?? 0 } : null,
    shimCgroup: options.ShimCgroup || null,
    guestRuntime: annotatedGuestRuntime(spec.annotations, node) ?? (options.RuntimeComponent || null),
    cacheDirectory: node.CacheDirectory || DEFAULT_CACHE,
    hasRemoteSources: node.RemoteSources ?? true,
    packageRegistry: node.PackageRegistry || null,
    stateDirectory,
    consoleDirectory: `${node.StateDirectory || DEFAULT_STATE}/tty`,
  };
}

/** k3s gives each shim that it finds by itself its own path for an OCI runtime. */
function isShim(path = ''): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith('containerd-shim-');
}

/** Returns the folder for the state of a containerd's containers in one namespace. */
export function stateDirectoryOf(node: NodeOptions, tenant: Tenant): string {
  return tenantDirectory(node.StateDirectory || DEFAULT_STATE, tenant);
}

// Two containerds on one machine may use the same namespace and the same container ids.
function tenantDirectory(root: string, { containerdAddress, namespace }: Tenant): string {
  const address = containerdAddress.replace(/^unix:\/\//, '');
  return `${root}/${encodeURIComponent(address)}/${encodeURIComponent(namespace)}`;
}

function annotatedGuestRuntime(annotations: Annotations, node: NodeOptions): string | undefined {
  const name = annotations?.[GUEST_RUNTIME];
  if (!name) return undefined;
  const path = node.RuntimeComponents?.[name];
  if (typeof path === 'string') return path;
  const offered = Object.keys(node.RuntimeComponents ?? {}).join(', ') || 'none';
  const message = `annotation ${GUEST_RUNTIME} asks for the guest runtime "${name}"; RuntimeComponents of this node offers ${offered}`;
  throw new StatusError(Code.INVALID_ARGUMENT, message);
}
