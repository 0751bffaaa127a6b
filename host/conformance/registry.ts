// A registry of images for one run: what is pulled from any registry comes from here, out of memory. Pulling only.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManifest, type ImageParts, type StoredBlob } from '../image/archive.ts';

const PATH = /^\/v2\/(?<repository>.+)\/(?:manifests|blobs)\/(?<reference>[^/?]+)/;

/** A registry that listens. */
export type Registry = { readonly address: string } & AsyncDisposable;

/** Starts a registry of images by `repository:tag`, on a free port of the loopback interface. */
export async function openRegistry(images: ReadonlyMap<string, ImageParts>): Promise<Registry> {
  const blobs = await indexBlobs(images);
  const server = createServer(({ method, url = '' }, response) => {
    const { repository, reference = '' } = PATH.exec(url)?.groups ?? {};
    const blob = blobs.get(reference) ?? blobs.get(`${repository}:${reference}`);
    if (blob !== undefined) send(response, blob, method === 'HEAD');
    else response.writeHead(url.endsWith('/v2/') ? 200 : 404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => close(server) };
}

/** Every blob by its digest, and manifests by name as well. */
async function indexBlobs(images: ReadonlyMap<string, ImageParts>): Promise<ReadonlyMap<string, StoredBlob>> {
  const blobs = new Map<string, StoredBlob>();
  for (const [name, parts] of images) {
    const manifest = await createManifest(parts);
    blobs.set(name, manifest);
    for (const blob of [manifest, parts.config, ...parts.layers]) blobs.set(blob.digest, blob);
  }
  return blobs;
}

function send(response: ServerResponse, { mediaType, digest, size, bytes }: StoredBlob, isHead: boolean): void {
  response.writeHead(200, {
    'content-type': mediaType,
    'content-length': size,
    'docker-content-digest': digest,
  });
  response.end(isHead ? undefined : bytes);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await once(server.close(), 'close');
}
