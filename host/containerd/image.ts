// Which image a container was made of, and which images there are.

import { Containers } from '../gen/containerd.services.containers.v1.ts';
import { Images } from '../gen/containerd.services.images.v1.ts';
import type { Presence } from '../plan/sweep.ts';
import type { ImageIdentity } from '../plan/use.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { Connection } from './connection.ts';

/** An image by its name and by what the name stands for: a manifest, or an index of manifests. */
export type FoundImage = {
  readonly name: string;
  readonly target: { readonly mediaType: string; readonly digest: string; readonly size: number };
};

/** Asks which image a container was made of. Null when it has none. Rejects with a `StatusError`. */
export async function findImage(connection: Pick<Connection, 'call'>, containerId: string): Promise<FoundImage | null> {
  const { container } = await connection.call(Containers, Containers.methods.get, { id: containerId });
  const name = container?.image ?? '';
  if (name === '') return null;
  const { image } = await connection.call(Images, Images.methods.get, { name });
  if (!image?.target) throw new StatusError(Code.NOT_FOUND, `containerd does not say what the image ${name} is`);
  const { mediaType, digest, size } = image.target;
  return { name, target: { mediaType, digest, size: Number(size) } };
}

/** Makes a function that tells whether an image is there, and asks each containerd for its images once. */
export function createPresence(): (image: ImageIdentity) => Promise<Presence> {
  const known = new Map<string, Promise<ReadonlySet<string> | null>>();
  return async ({ address, namespace, digest }) => {
    const key = JSON.stringify([address, namespace]);
    const digests = known.get(key) ?? listDigests(address, namespace).catch(() => null);
    known.set(key, digests);
    const found = await digests;
    if (found === null) return 'unknown';
    return found.has(digest) ? 'present' : 'absent';
  };
}

async function listDigests(address: string, namespace: string): Promise<ReadonlySet<string>> {
  using connection = new Connection(address, namespace);
  const { images } = await connection.call(Images, Images.methods.list, {});
  return new Set(images.map(({ target }) => target?.digest ?? ''));
}
