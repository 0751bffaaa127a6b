// Turns the bundle of a Spin container into one that the OCI runtime can run: plans the app, gathers what the worker needs, rewrites
// config.json.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson, writeSpec } from '../bundle/files.ts';
import type { Settings } from '../bundle/settings.ts';
import type { Spec } from '../bundle/spec.ts';
import { provideRuntimeFiles } from '../oci/runtime-files.ts';
import {
  environmentOf,
  mountPointsOf,
  spinSpec,
  type WorkerFolders,
  workerConfigOf,
  workerProgram,
} from '../oci/spin-spec.ts';

/** Where the worker's own mount is in a bundle. */
const WORKER_FOLDER = 'worker';

/** What is needed to turn a container into a Spin container. */
export type SpinOptions = {
  readonly id: string;
  readonly bundle: string;
  /** The image's root, as the machine sees it. */
  readonly rootfs: string;
  readonly spec: Spec;
  readonly settings: Settings;
  /** How to run this executable. */
  readonly command: readonly string[];
};

/** Rewrites the bundle. Rejects with a `StatusError` whose message has the diagnostics when the app cannot be planned. */
export async function prepareSpinBundle(options: SpinOptions): Promise<void> {
  const { id, bundle, spec, settings, command } = options;
  const [executable = ''] = command;
  const runtime = await provideRuntimeFiles(settings.cacheDirectory, executable);
  const app = await prepare(options);
  const program = workerProgram(command);
  const folders: WorkerFolders = { mount: join(bundle, WORKER_FOLDER), runtime, ...app };
  // Anybody in the container may read these; the bundle around them is closed to everybody on the machine.
  await mkdir(folders.mount, { mode: 0o755 });
  for (const name of mountPointsOf(folders, program)) {
    await mkdir(join(folders.mount, name), { recursive: true, mode: 0o755 });
  }
  await writeJson(join(folders.mount, 'config.json'), workerConfigOf(spec, id), 0o644);
  await writeSpec(bundle, spinSpec(spec, folders, program));
}

// Loaded here, so that a shim that runs only Linux containers never holds the code.
async function prepare({ rootfs, spec, settings }: SpinOptions): Promise<Pick<WorkerFolders, 'app' | 'components'>> {
  const { prepareApp } = await import('../plan/prepare.ts');
  const { cacheDirectory, guestRuntime } = settings;
  const retain = (environmentOf(spec)['SPIN_COMPONENTS_TO_RETAIN'] ?? '').split(',').filter((id) => id !== '');
  const { app, directory } = await prepareApp({
    ...{ rootfs, cacheDirectory, retain },
    ...(guestRuntime !== null && { runtimeComponent: guestRuntime }),
  });
  const keys = new Set([...app.components, ...(app.runtime ? [app.runtime] : [])].map(({ key }) => key));
  const components = [...keys].map((key) => ({ key, directory: join(cacheDirectory, 'components', key) }));
  return { app: directory, components };
}
