// From an image to its layers, in the cache: asks containerd for them unless they are there already. What they mean is found by the
// artifact process; here, bytes are copied and compared with their digests.

import { collect } from '../bytes.ts';
import type { Connection } from '../containerd/connection.ts';
import type { FoundImage } from '../containerd/image.ts';
import { Content } from '../gen/containerd.services.content.v1.ts';
import { readArtifact } from '../plan/artifact-source.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { ArtifactProcess } from './artifact-process.ts';
import type { ArtifactLayers, Descriptor } from './image-manifest.ts';
import { artifactFolder, storeArtifact } from './store.ts';
import { verifyChunks } from './verify.ts';

/** An index may name another index, but hardly a third. */
const MAX_INDEXES = 3;

/** As containerd allows for manifests. Bytes. */
const MAX_MANIFEST_BYTES = 4 * 2 ** 20;

/** What the layers of an image are fetched for, and how. */
export type FetchOptions = {
  readonly connection: Pick<Connection, 'stream'>;
  readonly process: ArtifactProcess;
  readonly image: FoundImage;
  readonly cacheDirectory: string;
  /** The machine's, as images spell it: `amd64`. */
  readonly architecture: string;
};

/** The folder of an image's layers in the cache, or why the image has none that are parts of an app. */
export type FetchResult = { readonly directory: string } | { readonly none: string };

/** Fetches. Rejects with a `StatusError` when containerd fails or the image is damaged, and with a system error of the cache. */
export async function fetchArtifact(options: FetchOptions): Promise<FetchResult> {
  const { image, cacheDirectory, process } = options;
  const directory = artifactFolder(cacheDirectory, image.target.digest);
  if (await readArtifact(directory)) return { directory };
  const layers = await readLayers(options);
  if (!layers) return { none: `the image ${image.name} has no layers of a Spin app` };
  const unpack: ArtifactProcess['unpack'] = (...args) => process.unpack(...args);
  await storeArtifact(cacheDirectory, directory, layers, (digest) => readBlob(options, digest), unpack);
  return { directory };
}

async function readLayers(options: FetchOptions): Promise<ArtifactLayers | null> {
  let next = options.image.target;
  for (let depth = 0; depth < MAX_INDEXES; depth++) {
    const answer = await options.process.readManifest(await readManifest(options, next), options.architecture);
    if (answer.kind === 'none') return null;
    if (answer.kind === 'layers') return answer.layers;
    next = answer.next;
  }
  throw new StatusError(Code.INVALID_ARGUMENT, "the image's indexes are nested too deep");
}

async function readManifest(options: FetchOptions, descriptor: Descriptor): Promise<Uint8Array> {
  if (descriptor.size > MAX_MANIFEST_BYTES) {
    throw new StatusError(Code.RESOURCE_EXHAUSTED, `the image's manifest has ${descriptor.size} bytes`);
  }
  return collect(verifyChunks(readBlob(options, descriptor.digest), descriptor), descriptor.size);
}

async function* readBlob({ connection }: FetchOptions, digest: string): AsyncGenerator<Uint8Array, void> {
  for await (const { data } of connection.stream(Content, Content.methods.read, { digest })) yield data;
}
