// Mounts a container's root file system and takes it down again. What the options mean is decided in mount-options.ts.

import { execFile } from 'node:child_process';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mount, unmount } from '../ffi/mount.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { type IdMapping, takeIdMapping } from './id-mapping.ts';
import { type Mount, type MountCall, planMount } from './mount-options.ts';

/**
 * Mounts a Create request's list on `rootfs`, in order; what was mounted is unmounted again when one fails.
 * Throws a `StatusError` that names the mount.
 */
export async function mountRootfs(mounts: readonly Mount[], rootfs: string): Promise<void> {
  await mkdir(rootfs, { recursive: true, mode: 0o711 });
  try {
    for (const one of mounts) await mountOne(one, one.target ? join(rootfs, one.target) : rootfs);
  } catch (error) {
    await unmountAll(rootfs).catch(() => {});
    throw error;
  }
}

async function mountOne(one: Mount, target: string): Promise<void> {
  try {
    const { mapping, mount } = takeIdMapping(one);
    if (mapping === null) await carryOut(mount, target);
    else await mountMapped(mount, mapping, target);
  } catch (cause) {
    const what = `cannot mount ${one.type || 'file system'} "${one.source}" on "${target}"`;
    throw new StatusError(Code.FAILED_PRECONDITION, `${what}: ${(cause as Error).message}`, { cause });
  }
}

// Loaded here, as few containers have user namespaces.
async function mountMapped(mount: Mount, mapping: IdMapping, target: string): Promise<void> {
  const { withMappedSources } = await import('./mapped-mount.ts');
  await withMappedSources(mount, mapping, (mapped) => carryOut(mapped, target));
}

async function carryOut(one: Mount, target: string): Promise<void> {
  const plan = planMount(one);
  if ('calls' in plan) for (const call of plan.calls) callMount(call, target);
  else await runMountCommand(plan.command, target);
}

// Between the two changes of the working directory nothing else of this process can run, and no other path is relative to it.
function callMount(call: MountCall, target: string): void {
  if (call.directory) process.chdir(call.directory);
  try {
    mount(call.source, target, call.type, call.flags, call.data);
  } finally {
    if (call.directory) process.chdir('/');
  }
}

async function runMountCommand([command = '', ...args]: readonly string[], target: string): Promise<void> {
  await promisify(execFile)(command, [...args, target]);
}

/** Unmounts everything that is mounted on `directory` or below it, innermost first. Does nothing when nothing is. */
export async function unmountAll(directory: string): Promise<void> {
  const real = await realpath(directory).catch(() => directory);
  const points = mountPointsBelow(await readFile('/proc/self/mountinfo', 'utf8'), real);
  for (const point of points.reverse()) await unmount(point);
}

/** Lists the mount points on `directory` and below it in the order they were mounted, from the text of /proc/self/mountinfo. */
export function mountPointsBelow(mountInfo: string, directory: string): string[] {
  return mountInfo
    .split('\n')
    .map((line) => unescapeOctal(line.split(' ')[4] ?? ''))
    .filter((point) => point === directory || point.startsWith(`${directory}/`));
}

// proc(5): space, tab, newline and backslash are written as three octal digits.
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
