// Reads and writes the files of a bundle, which containerd makes and removes, and the node's configuration.

import { access, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DEFAULT_CONFIG_PATH,
  type NodeOptions,
  nodeOptionsFromToml,
  type Options,
  optionsFromToml,
} from './options.ts';
import { parseSpec, type Spec } from './spec.ts';

/** Names of the files in a bundle that are this project's, beside containerd's own. */
export const bundleFiles = {
  spec: 'config.json',
  rootfs: 'rootfs',
  initPid: 'init.pid',
  address: 'address',
} as const;

const SYSTEMD_FOLDER = '/run/systemd/system';

/** Reads a bundle's container. Throws a system error, or INVALID_ARGUMENT. */
export async function readSpec(bundle: string): Promise<Spec> {
  return parseSpec(await readFile(join(bundle, bundleFiles.spec), 'utf8'));
}

/** Replaces a bundle's config.json. Throws a system error. */
export function writeSpec(bundle: string, spec: Spec): Promise<void> {
  return writeJson(join(bundle, bundleFiles.spec), spec);
}

/**
 * Writes down where the shim of a bundle's container listens, unless `start` has. containerd 2.0 and later call no `start` for further
 * containers of a pod; containerd 1.7, to which a node may go back, finds their shim by this file alone.
 */
export async function writeAddress(bundle: string, address: string): Promise<void> {
  const path = join(bundle, bundleFiles.address);
  await writeFile(path, address, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Writes a value as JSON so that a reader sees all of it or nothing. By default only root may read it. */
export async function writeJson(path: string, value: unknown, mode = 0o600): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value), { mode });
  await rename(`${path}.new`, path);
}

/** Reads a file that need not exist: its text, or null. Throws other system errors. */
export async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Tells whether systemd runs the machine, as sd_booted(3) does. */
export function isSystemdRunning(): Promise<boolean> {
  return access(SYSTEMD_FOLDER).then(
    () => true,
    () => false,
  );
}

/** Reads the options that a Create request names by path. Throws a system error, or INVALID_ARGUMENT. */
export async function readOptions(path: string): Promise<{ options: Options; warnings: readonly string[] }> {
  return optionsFromToml(await readFile(path, 'utf8'), path);
}

/**
 * Reads the node's configuration, where `CONTAINERD_SHIM_SPIN_CONFIG` or the default says; a file that does not exist says nothing.
 * Throws INVALID_ARGUMENT.
 */
export async function readNodeOptions(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ options: NodeOptions; warnings: readonly string[] }> {
  const path = environment['CONTAINERD_SHIM_SPIN_CONFIG'] || DEFAULT_CONFIG_PATH;
  return nodeOptionsFromToml((await readOptional(path)) ?? '', path);
}
