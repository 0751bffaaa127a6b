// The container as config.json of an OCI bundle describes it. Only what this project reads or rewrites has a type; everything else is
// carried along untouched. https://github.com/opencontainers/runtime-spec/blob/main/config.md

import { Code, StatusError } from '../ttrpc/status.ts';

/** A process to run in a container: the container's first one, or that of an exec. */
export type SpecProcess = {
  readonly terminal?: boolean;
  readonly args?: readonly string[];
  /** `NAME=value` entries. */
  readonly env?: readonly string[];
  readonly cwd: string;
  readonly [other: string]: unknown;
};

/** A mount inside the container. */
export type SpecMount = {
  readonly destination: string;
  readonly type?: string;
  readonly source?: string;
  readonly options?: readonly string[];
  readonly [other: string]: unknown;
};

/** A namespace that the container gets anew, or joins when `path` is given. */
export type SpecNamespace = { readonly type: string; readonly path?: string };

/** What the container may take of the machine. */
export type SpecResources = {
  /** In bytes; -1 for all there is. */
  readonly memory?: { readonly limit?: number; readonly [other: string]: unknown };
  /** Microseconds of processor time in each period of so many microseconds; a quota below 1 is none. */
  readonly cpu?: { readonly quota?: number; readonly period?: number; readonly [other: string]: unknown };
  readonly [other: string]: unknown;
};

/** What is said of Linux alone. */
export type SpecLinux = {
  readonly cgroupsPath?: string;
  readonly namespaces?: readonly SpecNamespace[];
  readonly resources?: SpecResources;
  readonly [other: string]: unknown;
};

/** The content of config.json. */
export type Spec = {
  readonly ociVersion: string;
  readonly process: SpecProcess;
  readonly root: { readonly path: string; readonly readonly?: boolean };
  readonly mounts?: readonly SpecMount[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux?: SpecLinux;
  readonly [other: string]: unknown;
};

/** Parses config.json. Throws INVALID_ARGUMENT with the field that is missing or has the wrong type. */
export function parseSpec(text: string): Spec {
  const spec = asRecord(parseJson(text, 'config.json'), 'config.json');
  const root = asRecord(spec['root'], 'root');
  requireString(spec['ociVersion'], 'ociVersion');
  requireString(root['path'], 'root.path');
  requireProcess(spec['process'], 'process');
  for (const [index, mount] of optionalList(spec['mounts'], 'mounts').entries()) {
    requireString(asRecord(mount, `mounts[${index}]`)['destination'], `mounts[${index}].destination`);
  }
  requireStrings(Object.values(optionalRecord(spec['annotations'], 'annotations')), 'annotations');
  const linux = optionalRecord(spec['linux'], 'linux');
  if (linux['cgroupsPath'] !== undefined) requireString(linux['cgroupsPath'], 'linux.cgroupsPath');
  for (const [index, namespace] of optionalList(linux['namespaces'], 'linux.namespaces').entries()) {
    requireString(asRecord(namespace, `linux.namespaces[${index}]`)['type'], `linux.namespaces[${index}].type`);
  }
  return spec as unknown as Spec;
}

/** Parses the process of an exec request. Throws INVALID_ARGUMENT like `parseSpec`. */
export function parseSpecProcess(text: string): SpecProcess {
  const process = parseJson(text, 'process of the exec');
  requireProcess(process, 'process');
  return process as SpecProcess;
}

/** Tells whether the container's processes die with its first one, because it has a pid namespace that nobody else is in. */
export function hasPrivatePidNamespace(spec: Spec): boolean {
  return (spec.linux?.namespaces ?? []).some(({ type, path }) => type === 'pid' && !path);
}

function requireProcess(value: unknown, field: string): void {
  const process = asRecord(value, field);
  requireString(process['cwd'], `${field}.cwd`);
  requireStrings(optionalList(process['args'], `${field}.args`), `${field}.args`);
  requireStrings(optionalList(process['env'], `${field}.env`), `${field}.env`);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StatusError(Code.INVALID_ARGUMENT, `cannot parse ${what}: ${(cause as Error).message}`, { cause });
  }
}

function wrongType(field: string, expected: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, `field ${field} of the container's spec is not ${expected}`);
}

function asRecord(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(field, 'an object');
  return value as Record<string, unknown>;
}

// Go writes absent lists and maps as null in some places.
function optionalRecord(value: unknown, field: string): Record<string, unknown> {
  return value === undefined || value === null ? {} : asRecord(value, field);
}

function optionalList(value: unknown, field: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongType(field, 'a list');
  return value;
}

function requireString(value: unknown, field: string): void {
  if (typeof value !== 'string') throw wrongType(field, 'a string');
}

function requireStrings(values: readonly unknown[], field: string): void {
  if (values.some((value) => typeof value !== 'string')) throw wrongType(field, 'all strings');
}
