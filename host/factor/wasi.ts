// The WASI factor: clocks, random numbers, command line, files, sockets. No container variable and no container file reaches a
// guest, only what its manifest entry names.

import type { ComponentPlan, FileMount } from '../gen/runtime.ts';
import { cliConstants, createCli } from '../wasi/cli.ts';
import { createMonotonicClock, wallClock } from '../wasi/clocks.ts';
import { createPreopens, filesystemTypes } from '../wasi/filesystem/descriptor.ts';
import { GuestFile } from '../wasi/filesystem/guest-file.ts';
import { openDirectory } from '../wasi/filesystem/openat.ts';
import { io } from '../wasi/io/index.ts';
import { insecure, insecureSeed, random } from '../wasi/random.ts';
import { deniedSockets } from '../wasi/sockets.ts';
import type { ComponentFactor, Factor, FactorContext } from './factor.ts';
import { guestEnvironment } from './guest-environment.ts';

/** The interfaces that are the same for every component. */
const constants = {
  ...io,
  ...cliConstants,
  ...deniedSockets,
  'wasi:clocks/wall-clock@0.2': wallClock,
  'wasi:filesystem/types@0.2': filesystemTypes,
  'wasi:random/random@0.2': random,
  'wasi:random/insecure@0.2': insecure,
  'wasi:random/insecure-seed@0.2': insecureSeed,
};

/** The WASI factor. */
export const wasi: Factor = {
  name: 'wasi',
  configure: (context) => ({ prepare: (component) => createComponentWasi(component, context) }),
};

async function createComponentWasi(component: ComponentPlan, context: FactorContext): Promise<ComponentFactor> {
  const mounts = await Promise.all(component.files.map((mount) => openMount(component, mount, context.root)));
  const environment = guestEnvironment(component.environment, context.environment);
  const cli = { environment, openOutput: context.openGuestOutput };
  return {
    shared: constants,
    create: (scope) => ({
      ...createCli(cli, scope),
      'wasi:clocks/monotonic-clock@0.2': createMonotonicClock(scope),
      'wasi:filesystem/preopens@0.2': createPreopens(mounts, scope),
    }),
  };
}

async function openMount(component: ComponentPlan, mount: FileMount, root: string): Promise<[GuestFile, string]> {
  const { location, source } = mount;
  try {
    return [new GuestFile(await openDirectory(`${root}/${source}`)), mount.destination];
  } catch (error) {
    const place = location === undefined ? '' : ` (${location.file}:${location.line}:${location.column})`;
    const { code } = error as { code?: string };
    const reason = code === 'ENOENT' ? 'is not there' : code === 'ENOTDIR' ? 'is not a directory' : String(error);
    throw new Error(`component "${component.id}": the files "${source}" cannot be mounted: it ${reason}${place}`, {
      cause: error,
    });
  }
}
