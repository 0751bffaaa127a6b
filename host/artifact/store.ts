// Copies the layers of an image into the cache, each file named by the SHA-256 of its content, which is proved on the way:
//   <cache>/artifacts/<digest of what the image's name stands for>/artifact.json and <digest>...
// Archives are unpacked, because a locked app names the files in them.

import { ARTIFACT_FILE, type Artifact, blobName } from '../plan/artifact-source.ts';
import { createDraft, type Draft, toChunks } from '../plan/cache.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { type ArtifactLayers, type Descriptor, LAYER_TYPE } from './image-manifest.ts';
import { readTar } from './tar-reader.ts';
import { DigestReader, verifyChunks } from './verify.ts';

/** All files of an image's archives together may not be larger: a small archive can hold very many zeros. Bytes. */
const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

/** Reads a blob by its digest. */
export type ReadBlob = (digest: string) => AsyncIterable<Uint8Array>;

/** The folder of an image in the cache. */
export function artifactFolder(cache: string, digest: string): string {
  return `${cache}/artifacts/${blobName(digest)}`;
}

/** Writes the folder of an image. Throws a `StatusError` when a layer is not what its digest says. */
export async function storeArtifact(
  cache: string,
  folder: string,
  { kind, document, layers }: ArtifactLayers,
  readBlob: ReadBlob,
): Promise<void> {
  const draft = await createDraft(cache, folder);
  try {
    const isUnpacked = ({ mediaType }: Descriptor) => mediaType === LAYER_TYPE.archive;
    const unpack = createUnpack(draft);
    for (const layer of layers) {
      const chunks = verifyChunks(readBlob(layer.digest), layer);
      if (isUnpacked(layer)) await unpack(chunks);
      else await draft.writeUnnamed(chunks, () => blobName(layer.digest));
    }
    const artifact: Artifact = { kind, digest: document.digest };
    const text = JSON.stringify(artifact);
    await draft.write({ name: ARTIFACT_FILE, size: new TextEncoder().encode(text).length }, toChunks(text));
    await draft.commit();
  } finally {
    await draft.discard();
  }
}

function createUnpack(draft: Draft): (archive: AsyncIterable<Uint8Array>) => Promise<void> {
  let unpacked = 0;
  return async (archive) => {
    const chunks = gunzip(archive);
    for await (const { size, content } of readTar(chunks)) {
      unpacked += size;
      if (unpacked > MAX_UNPACKED_BYTES) {
        throw new StatusError(Code.RESOURCE_EXHAUSTED, "the files of the image's archives are larger than 4 GiB");
      }
      const reader = new DigestReader();
      await draft.writeUnnamed(reader.read(content), () => reader.finish());
    }
    // What follows the archive's end counts for the digest too.
    for await (const _ of chunks);
  };
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const bytes = ReadableStream.from(chunks) as ReadableStream<Uint8Array<ArrayBuffer>>;
  try {
    yield* bytes.pipeThrough(new DecompressionStream('gzip'));
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw new StatusError(Code.INVALID_ARGUMENT, 'an archive of files cannot be unpacked: it is not gzip', {
      cause: error,
    });
  }
}
