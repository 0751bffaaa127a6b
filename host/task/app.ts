// Provides a Spin container with its app, out of the cache of the node: asks containerd for the container's image, brings the image's
// layers into the cache where they are the app, and has the rest planned. A cache that is full or read-only fails no container: then the
// bundle takes what is made, and goes with it.

import { join } from 'node:path';
import type { Settings } from '../bundle/settings.ts';
import type { Spec } from '../bundle/spec.ts';
import { Connection } from '../containerd/connection.ts';
import { createPresence, type FoundImage, findImage } from '../containerd/image.ts';
import { unknownImageError } from '../oci/image-kind.ts';
import { environmentOf } from '../oci/spin-spec.ts';
import { roleCommand } from '../plan/executable.ts';
import type { ArtifactFolder } from '../plan/prepare.ts';
import { type ProvidedApp, provideApp } from '../plan/provide.ts';
import type { RemoteResult, RemoteSource } from '../plan/remote-source.ts';
import { claimSweep, sweepCache } from '../plan/sweep.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';
import { workerPaths } from '../worker/config.ts';
import type { CreateContext } from './create.ts';

/** Which container is to have its app. */
export type SpinOptions = {
  readonly id: string;
  readonly bundle: string;
  /** The image's root, as the machine sees it. */
  readonly rootfs: string;
  readonly spec: Spec;
  readonly settings: Settings;
  /** Whether the root has a manifest. Else the app is in the image's layers, if anywhere. */
  readonly hasManifest: boolean;
  readonly context: Pick<CreateContext, 'namespace' | 'containerdAddress' | 'log'>;
};

/** An app, and the cache that it is in. */
export type AppInCache = ProvidedApp & { readonly cacheDirectory: string };

/** What a cache answers that cannot be used: read-only (for which Node says ENOENT, too), full, broken, or no folder. */
const CACHE_ERRORS = ['EROFS', 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EIO', 'ENOENT', 'ENOTDIR', 'EEXIST'];

/** The statuses of a containerd that is not there, or that does not know the container or its image. */
const UNKNOWN_IMAGE: readonly Code[] = [Code.NOT_FOUND, Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED];

/** Provides. Rejects with a `StatusError` whose message has the diagnostics when the app cannot be planned. */
export async function provideSpinApp(options: SpinOptions): Promise<AppInCache> {
  const { rootfs, spec, settings, hasManifest, context } = options;
  const image = await findContainerImage(options);
  const { namespace, containerdAddress: address } = context;
  const identity = 'none' in image ? null : { address, namespace, digest: image.target.digest };
  const retain = (environmentOf(spec)['SPIN_COMPONENTS_TO_RETAIN'] ?? '').split(',').flatMap((id) => id.trim() || []);
  const provided = await useCache(options, async (cacheDirectory) => {
    const app = await provideApp({
      ...{ rootfs, cacheDirectory, retain, image: identity },
      ...(settings.guestRuntime !== null && { runtimeComponent: settings.guestRuntime }),
      fetchLayers: hasManifest ? undefined : () => fetchLayers(options, cacheDirectory, image),
      fetchRemotes: settings.hasRemoteSources
        ? (sources) => fetchRemotes(settings, cacheDirectory, sources)
        : undefined,
    });
    return { ...app, cacheDirectory };
  });
  void sweep(options);
  return provided;
}

/** Uses the node's cache, or the bundle when that cannot be used. */
export async function useCache<T>(
  { id, bundle, settings, context }: Pick<SpinOptions, 'id' | 'bundle' | 'settings' | 'context'>,
  use: (cacheDirectory: string) => Promise<T>,
): Promise<T> {
  try {
    return await use(settings.cacheDirectory);
  } catch (error) {
    if (!CACHE_ERRORS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    context.log.warning('cannot use the cache; the container has one of its own', { id, error });
    return use(join(bundle, 'cache'));
  }
}

type ContainerImage = FoundImage | { readonly none: string };

/** The image, or why it is not known. */
async function findContainerImage({ id, hasManifest, context }: SpinOptions): Promise<ContainerImage> {
  using connection = new Connection(context.containerdAddress, context.namespace);
  try {
    return (await findImage(connection, id)) ?? { none: 'the container has no image' };
  } catch (error) {
    const { code, message } = statusFromError(error);
    // An app of files can do without.
    if (!hasManifest && !UNKNOWN_IMAGE.includes(code)) throw error;
    context.log.warning("cannot ask containerd for a container's image", { id, error });
    return { none: `its layers are not known: ${message}` };
  }
}

/** Brings the layers of an image into the cache. Rejects when they are damaged, or no part of an app. */
async function fetchLayers(
  { spec, context }: SpinOptions,
  cacheDirectory: string,
  image: ContainerImage,
): Promise<ArtifactFolder> {
  if ('none' in image) throw unknownImageError(spec, image.none);
  const { ArtifactProcess } = await import('../artifact/artifact-process.ts');
  const { fetchArtifact } = await import('../artifact/fetch.ts');
  const artifacts = new ArtifactProcess(roleCommand('artifact'));
  using connection = new Connection(context.containerdAddress, context.namespace);
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  try {
    const found = await fetchArtifact({ connection, process: artifacts, image, cacheDirectory, architecture });
    if ('none' in found) throw unknownImageError(spec, found.none);
    return { directory: found.directory, filesMount: workerPaths.files };
  } finally {
    await artifacts.close();
  }
}

/** Brings components from elsewhere into the cache. */
async function fetchRemotes(
  { packageRegistry }: Settings,
  cacheDirectory: string,
  sources: readonly RemoteSource[],
): Promise<readonly RemoteResult[]> {
  const { createFetchRemotes } = await import('../remote/fetch.ts');
  const defaultRegistry = packageRegistry ?? undefined;
  return createFetchRemotes({ cacheDirectory, command: roleCommand('remote'), defaultRegistry })(sources);
}

/** Never rejects, and nothing waits for it. */
async function sweep({ id, settings: { cacheDirectory }, context: { log } }: SpinOptions): Promise<void> {
  try {
    if (!(await claimSweep(cacheDirectory))) return;
    const removed = await sweepCache(cacheDirectory, createPresence());
    if (removed.length > 0) log.info('removed from the cache what no image needs', { id, removed: removed.length });
  } catch (error) {
    log.warning('cannot sweep the cache', { id, error });
  }
}
