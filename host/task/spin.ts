// Turns the bundle of a Spin container into one that the OCI runtime can run: plans the app, gathers what the worker needs, rewrites
// config.json.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson, writeSpec } from '../bundle/files.ts';
import { provideRuntimeFiles } from '../oci/runtime-files.ts';
import { mountPointsOf, spinSpec, type WorkerFolders, workerConfigOf, workerProgram } from '../oci/spin-spec.ts';
import { FILES_TREE } from '../plan/prepared-app.ts';
import { type AppInCache, provideSpinApp, type SpinOptions, useCache } from './app.ts';
import type { CreateContext } from './create.ts';

/** Where the worker's own mount is in a bundle. */
const WORKER_FOLDER = 'worker';

/** What is needed to turn a container into a Spin container. */
type SpinBundleOptions = SpinOptions & { readonly context: Pick<CreateContext, 'command'> };

/**
 * Rewrites the bundle. Gives the function that lets go of the app when the container has ended. Rejects with a `StatusError` whose message
 * has the diagnostics when the app cannot be planned.
 */
export async function prepareSpinBundle(options: SpinBundleOptions): Promise<() => void> {
  const { command } = options.context;
  const [executable = ''] = command;
  const runtime = await useCache(options, (cacheDirectory) => provideRuntimeFiles(cacheDirectory, executable));
  const app = await provideSpinApp(options);
  try {
    await rewriteBundle(options, runtime, app);
    return app.release;
  } catch (error) {
    app.release();
    throw error;
  }
}

async function rewriteBundle(
  { id, bundle, spec, context: { command } }: SpinBundleOptions,
  runtime: string,
  app: AppInCache,
): Promise<void> {
  const program = workerProgram(command);
  const folders: WorkerFolders = { mount: join(bundle, WORKER_FOLDER), runtime, ...foldersOfApp(app) };
  // Anybody in the container may read these; the bundle around them is closed to everybody on the machine.
  await mkdir(folders.mount, { mode: 0o755 });
  for (const name of mountPointsOf(folders, program)) {
    await mkdir(join(folders.mount, name), { recursive: true, mode: 0o755 });
  }
  await writeJson(join(folders.mount, 'config.json'), workerConfigOf(spec, id), 0o644);
  await writeSpec(bundle, spinSpec(spec, folders, program));
}

function foldersOfApp({
  app,
  directory,
  cacheDirectory,
}: AppInCache): Pick<WorkerFolders, 'app' | 'components' | 'files'> {
  const keys = new Set([...app.components, ...(app.runtime ? [app.runtime] : [])].map(({ key }) => key));
  const components = [...keys].map((key) => ({ key, directory: join(cacheDirectory, 'components', key) }));
  const files = app.files.map((key) => ({ key, directory: join(cacheDirectory, 'files', key, FILES_TREE) }));
  return { app: directory, components, files };
}
