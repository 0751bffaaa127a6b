// Copies the layers of an image into the cache, each file named by the SHA-256 of its content, which is proved on the way:
//   <cache>/artifacts/<digest of what the image's name stands for>/artifact.json and <digest>...
// Archives are unpacked, because a locked app names the files in them.

import { ARTIFACT_FILE, type Artifact, blobName } from '../plan/artifact-source.ts';
import { createDraft, type Draft, toChunks } from '../plan/cache.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { ArtifactProcess } from './artifact-process.ts';
import { type ArtifactLayers, type Descriptor, LAYER_TYPE } from './image-manifest.ts';
import { DigestReader, verifyChunks } from './verify.ts';

/** All files of an image's archives together may not be larger: a small archive can hold very many zeros. Bytes. */
const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

/** Reads a blob by its digest. */
export type ReadBlob = (digest: string) => AsyncIterable<Uint8Array>;

/** Unpacks an archive. */
export type Unpack = ArtifactProcess['unpack'];

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
  unpack: Unpack,
): Promise<void> {
  const draft = await createDraft(cache, folder);
  try {
    const isUnpacked = ({ mediaType }: Descriptor) => mediaType === LAYER_TYPE.archive;
    const writeFiles = createUnpack(draft, unpack);
    for (const layer of layers) {
      const chunks = verifyChunks(readBlob(layer.digest), layer);
      if (isUnpacked(layer)) await writeFiles(chunks, layer.size);
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

function createUnpack(
  draft: Draft,
  unpack: Unpack,
): (archive: AsyncIterable<Uint8Array>, size: number) => Promise<void> {
  let unpacked = 0;
  async function* count(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of content) {
      unpacked += chunk.length;
      if (unpacked > MAX_UNPACKED_BYTES) {
        throw new StatusError(Code.RESOURCE_EXHAUSTED, "the files of the image's archives are larger than 4 GiB");
      }
      yield chunk;
    }
  }
  return (archive, size) =>
    unpack(archive, size, async (content) => {
      const reader = new DigestReader();
      await draft.writeUnnamed(reader.read(count(content)), () => reader.finish());
    });
}
