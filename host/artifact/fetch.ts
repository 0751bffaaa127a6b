// From a container to the layers of its image, in the cache: asks containerd which image it is, and for the layers unless they are in
// the cache already. A second pod of an image asks for no more than the digest.

import type { Connection } from '../containerd/connection.ts';
import { Containers } from '../gen/containerd.services.containers.v1.ts';
import { Content } from '../gen/containerd.services.content.v1.ts';
import { Images } from '../gen/containerd.services.images.v1.ts';
import { readArtifact } from '../plan/artifact-source.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { chooseManifest, type Descriptor, findLayers, type Manifest, parseManifestOrIndex } from './image-manifest.ts';
import { artifactFolder, storeArtifact } from './store.ts';
import { verifyChunks } from './verify.ts';

/** An index may name another index, but hardly a third. */
const MAX_INDEXES = 3;

/** As containerd allows for manifests. Bytes. */
const MAX_MANIFEST_BYTES = 4 * 2 ** 20;

/** What the layers of an image are fetched for, and how. */
export type FetchOptions = {
  readonly connection: Pick<Connection, 'call' | 'stream'>;
  readonly containerId: string;
  readonly cacheDirectory: string;
  /** The machine's, as images spell it: `amd64`. */
  readonly architecture: string;
};

/** The folder of an image's layers in the cache, or why the image has none that are parts of an app. */
export type FetchResult = { readonly directory: string } | { readonly none: string };

/** Fetches. Rejects with a `StatusError` when containerd fails or the image is damaged. */
export async function fetchArtifact(options: FetchOptions): Promise<FetchResult> {
  const { connection, containerId, cacheDirectory } = options;
  const { container } = await connection.call(Containers, Containers.methods.get, { id: containerId });
  const name = container?.image ?? '';
  if (name === '') return { none: 'the container has no image' };
  const { image } = await connection.call(Images, Images.methods.get, { name });
  if (!image?.target) throw new StatusError(Code.NOT_FOUND, `containerd does not say what the image ${name} is`);
  const { target } = image;
  const directory = artifactFolder(cacheDirectory, target.digest);
  if (await readArtifact(directory)) return { directory };
  const manifest = await readManifest(options, { ...target, size: Number(target.size) });
  const layers = manifest && findLayers(manifest);
  if (!layers) return { none: `the image ${name} has no layers of a Spin app` };
  await storeArtifact(cacheDirectory, directory, layers, (digest) => readBlob(options, digest));
  return { directory };
}

async function readManifest(options: FetchOptions, target: Descriptor): Promise<Manifest | null> {
  let next = target;
  for (let depth = 0; depth < MAX_INDEXES; depth++) {
    const found = parseManifestOrIndex(await readText(options, next));
    if ('layers' in found) return found;
    const entry = chooseManifest(found.manifests, options.architecture);
    if (entry === null) return null;
    next = entry;
  }
  throw new StatusError(Code.INVALID_ARGUMENT, "the image's indexes are nested too deep");
}

async function readText(options: FetchOptions, descriptor: Descriptor): Promise<string> {
  if (descriptor.size > MAX_MANIFEST_BYTES) {
    throw new StatusError(Code.RESOURCE_EXHAUSTED, `the image's manifest has ${descriptor.size} bytes`);
  }
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of verifyChunks(readBlob(options, descriptor.digest), descriptor)) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function* readBlob({ connection }: FetchOptions, digest: string): AsyncGenerator<Uint8Array, void> {
  for await (const { data } of connection.stream(Content, Content.methods.read, { digest })) yield data;
}
