// How containers are to be run: options of one container, from the Create request, over the node's configuration, over defaults. The
// keys are those of containerd's options for runc, and this project's own. A Create request carries them as `runtimeoptions.v1.Options`
// with TOML inside (CRI, containerd 1.7 and later) or as `containerd.runc.v1.Options` (ctr).

import { parse } from 'smol-toml';
import { Options as RuncOptions } from '../gen/containerd.runc.v1.ts';
import type { Any } from '../gen/google.protobuf.ts';
import { Options as RuntimeOptions } from '../gen/runtimeoptions.v1.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

/** What can be said about running containers. Every field may be left to the next source. */
export type Options = {
  /** Name or path of the OCI runtime. */
  readonly BinaryName?: string;
  /** The OCI runtime's state folder, below which each containerd and namespace gets its own. */
  readonly Root?: string;
  /** Whether systemd makes the cgroups. Where nobody says, it does if it runs the machine and the container's cgroup path is in its form. */
  readonly SystemdCgroup?: boolean;
  readonly NoPivotRoot?: boolean;
  readonly NoNewKeyring?: boolean;
  /** Owner of the pipes that containers have as standard streams, where that is not root: they may open them anew. */
  readonly IoUid?: number;
  readonly IoGid?: number;
  /** The cgroup that the shim puts itself in, from the root of each hierarchy; it must exist. */
  readonly ShimCgroup?: string;
  /** Path of a guest runtime on the node, to use instead of the built-in one. */
  readonly RuntimeComponent?: string;
};

/** What only the node's configuration may say. */
export type NodeOptions = Options & {
  /** Where prepared apps are kept. Must allow executing files. */
  readonly CacheDirectory?: string;
  /** Where the state of running containers is kept; emptied by a reboot. */
  readonly StateDirectory?: string;
  /** Whether apps may have components by URL and from registries; they may unless this says false. */
  readonly RemoteSources?: boolean;
  /** The registry of packages that name none. */
  readonly PackageRegistry?: string;
  /** Guest runtimes that a pod may choose from by annotation: path by name. */
  readonly RuntimeComponents?: Readonly<Record<string, string>>;
};

/** The node's configuration file, unless `CONTAINERD_SHIM_SPIN_CONFIG` names another. */
export const DEFAULT_CONFIG_PATH = '/etc/containerd-shim-spin/config.toml';

const optionKeys = {
  BinaryName: 'string',
  Root: 'string',
  SystemdCgroup: 'boolean',
  NoPivotRoot: 'boolean',
  NoNewKeyring: 'boolean',
  IoUid: 'number',
  IoGid: 'number',
  ShimCgroup: 'string',
  RuntimeComponent: 'string',
} as const;
const nodeKeys = {
  ...optionKeys,
  CacheDirectory: 'string',
  StateDirectory: 'string',
  RemoteSources: 'boolean',
  PackageRegistry: 'string',
  RuntimeComponents: 'object',
} as const;

const RUNTIME_OPTIONS = 'runtimeoptions.v1.Options';
const RUNC_OPTIONS = 'containerd.runc.v1.Options';

/** What a request's options say: the options themselves, or the path of a file with them; and what could not be understood. */
export type RequestOptions = {
  readonly options: Options;
  readonly configPath: string | null;
  readonly warnings: readonly string[];
};

/** Reads the options of a Create request. Options of an unknown type give a warning. Throws INVALID_ARGUMENT on malformed ones. */
export function optionsFromAny(any: Any | undefined): RequestOptions {
  if (!any?.typeUrl) return { options: {}, configPath: null, warnings: [] };
  const type = any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1);
  if (type === RUNC_OPTIONS) {
    return { options: optionsFromRunc(decode(RuncOptions, any.value)), configPath: null, warnings: [] };
  }
  if (type === RUNTIME_OPTIONS) {
    const { configBody, configPath } = decode(RuntimeOptions, any.value);
    if (configBody.length === 0) return { options: {}, configPath: configPath || null, warnings: [] };
    return { ...optionsFromToml(new TextDecoder().decode(configBody), 'the runtime options'), configPath: null };
  }
  return { options: {}, configPath: null, warnings: [`runtime options of type ${any.typeUrl} are ignored`] };
}

/** Reads the options in a TOML text; `where` names it in messages. Unknown keys give a warning. Throws INVALID_ARGUMENT. */
export function optionsFromToml(text: string, where: string): { options: Options; warnings: string[] } {
  return readKeys(text, where, optionKeys);
}

/** Reads the node's configuration. Unknown keys give a warning. Throws INVALID_ARGUMENT. */
export function nodeOptionsFromToml(text: string, where: string): { options: NodeOptions; warnings: string[] } {
  return readKeys(text, where, nodeKeys);
}

function readKeys(text: string, where: string, keys: Readonly<Record<string, string>>) {
  const options: Record<string, unknown> = {};
  const warnings: string[] = [];
  for (const [key, value] of Object.entries(parseToml(text, where))) {
    const type = keys[key];
    if (type === undefined) warnings.push(`option ${key} of ${where} is not known`);
    else if (typeof value === type) options[key] = value;
    else throw new StatusError(Code.INVALID_ARGUMENT, `option ${key} of ${where} is not a ${type}`);
  }
  return { options, warnings };
}

function parseToml(text: string, where: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (cause) {
    throw new StatusError(Code.INVALID_ARGUMENT, `cannot parse ${where}: ${(cause as Error).message}`, { cause });
  }
}

function decode<T extends object>(type: { name: string; decode(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  try {
    return type.decode(bytes);
  } catch (cause) {
    throw new StatusError(Code.INVALID_ARGUMENT, `cannot decode ${type.name}: ${(cause as Error).message}`, { cause });
  }
}

// An unset protobuf field looks like false or an empty string, so those say nothing.
function optionsFromRunc(runc: RuncOptions): Options {
  return {
    ...(runc.binaryName && { BinaryName: runc.binaryName }),
    ...(runc.root && { Root: runc.root }),
    ...(runc.systemdCgroup && { SystemdCgroup: true }),
    ...(runc.noPivotRoot && { NoPivotRoot: true }),
    ...(runc.noNewKeyring && { NoNewKeyring: true }),
    ...(runc.ioUid && { IoUid: runc.ioUid }),
    ...(runc.ioGid && { IoGid: runc.ioGid }),
    ...(runc.shimCgroup && { ShimCgroup: runc.shimCgroup }),
  };
}

/** Tells whether a cgroup path is in systemd's form, `slice:prefix:name`, which only its driver understands. */
export function isSystemdCgroupPath(path: string | undefined): boolean {
  return /^[^/:]*\.slice:[^:]*:[^:]+$/.test(path ?? '');
}
