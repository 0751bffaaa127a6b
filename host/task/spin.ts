// Turns the bundle of a Spin container into one that the OCI runtime can run: plans the app, gathers what the worker needs, rewrites
// config.json.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson, writeSpec } from '../bundle/files.ts';
import type { Settings } from '../bundle/settings.ts';
import type { Spec } from '../bundle/spec.ts';
import { unknownImageError } from '../oci/image-kind.ts';
import { provideRuntimeFiles } from '../oci/runtime-files.ts';
import {
  environmentOf,
  mountPointsOf,
  spinSpec,
  type WorkerFolders,
  workerConfigOf,
  workerProgram,
} from '../oci/spin-spec.ts';
import type { ArtifactFolder } from '../plan/prepare.ts';
import { FILES_TREE } from '../plan/prepared-app.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';
import { workerPaths } from '../worker/config.ts';
import type { CreateContext } from './create.ts';

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
  /** Whether the root has a manifest. Else the app is in the image's layers, if anywhere. */
  readonly hasManifest: boolean;
  readonly context: Pick<CreateContext, 'command' | 'namespace' | 'containerdAddress' | 'log'>;
};

/** Rewrites the bundle. Rejects with a `StatusError` whose message has the diagnostics when the app cannot be planned. */
export async function prepareSpinBundle(options: SpinOptions): Promise<void> {
  const { id, bundle, spec, settings, context } = options;
  const { command } = context;
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
async function prepare(options: SpinOptions): Promise<Pick<WorkerFolders, 'app' | 'components' | 'files'>> {
  const { rootfs, spec, settings } = options;
  const artifact = options.hasManifest ? undefined : await prepareArtifact(options);
  const { prepareApp } = await import('../plan/prepare.ts');
  const { cacheDirectory, guestRuntime } = settings;
  const retain = (environmentOf(spec)['SPIN_COMPONENTS_TO_RETAIN'] ?? '').split(',').filter((id) => id !== '');
  const { app, directory } = await prepareApp({
    ...{ rootfs, cacheDirectory, retain, artifact },
    ...(guestRuntime !== null && { runtimeComponent: guestRuntime }),
  });
  const keys = new Set([...app.components, ...(app.runtime ? [app.runtime] : [])].map(({ key }) => key));
  const components = [...keys].map((key) => ({ key, directory: join(cacheDirectory, 'components', key) }));
  const files = app.files.map((key) => ({ key, directory: join(cacheDirectory, 'files', key, FILES_TREE) }));
  return { app: directory, components, files };
}

/** The statuses of a containerd that is not there, or that does not know the container or its image. */
const UNKNOWN_IMAGE: readonly Code[] = [Code.NOT_FOUND, Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED];

/** Brings the layers of the container's image into the cache. Rejects when they are damaged, or no part of an app. */
async function prepareArtifact({ id, spec, settings, context }: SpinOptions): Promise<ArtifactFolder> {
  const { findArtifact } = await import('../artifact/artifact-process.ts');
  const { namespace, containerdAddress: address, command, log } = context;
  const request = { address, namespace, containerId: id, cacheDirectory: settings.cacheDirectory };
  const found = await findArtifact(command, request).catch((error) => {
    const { code, message } = statusFromError(error);
    if (!UNKNOWN_IMAGE.includes(code)) throw error;
    log.warning("cannot ask containerd for the layers of a container's image", { id, error });
    return { none: `its layers are not known: ${message}` };
  });
  if ('none' in found) throw unknownImageError(spec, found.none);
  return { directory: found.directory, filesMount: workerPaths.files };
}
