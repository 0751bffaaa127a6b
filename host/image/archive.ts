// A layer of files to an OCI image archive: what `docker build` of a `FROM scratch` Dockerfile and `docker save` leave, without
// either. Read by `ctr image import`, by `docker load` and by the tools that wrap them. Formats:
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md, config.md, manifest.md

import { encodeTar, type TarEntry, withDirectories } from './tar.ts';

/** What the image's config says it runs on: `linux`/`amd64`, `linux`/`arm64`, or `wasi`/`wasm`. */
export type Platform = { readonly os: string; readonly architecture: string };

export type ImageOptions = {
  /** The reference under which the image is imported, as it stands: `demo:latest` or `docker.io/library/demo:latest`. */
  readonly name: string;
  readonly platform: Platform;
  /** `ctr run` refuses an image that names no process; the shim reads none. Empty leaves it out. */
  readonly entrypoint?: readonly string[];
  readonly environment?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
};

const EPOCH = '1970-01-01T00:00:00Z';
const MEDIA_TYPE = {
  config: 'application/vnd.oci.image.config.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
} as const;

const text = new TextEncoder();
const json = (value: unknown): Uint8Array<ArrayBuffer> => text.encode(JSON.stringify(value));

const digestOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  `sha256:${new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex()}`;

const gzip = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
};

type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number };
type StoredBlob = Descriptor & { readonly bytes: Uint8Array };

const createBlob = async (mediaType: string, bytes: Uint8Array<ArrayBuffer>): Promise<StoredBlob> => ({
  mediaType,
  digest: await digestOf(bytes),
  size: bytes.length,
  bytes,
});

const describe = ({ mediaType, digest, size }: StoredBlob): Descriptor => ({ mediaType, digest, size });

const pathOf = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`;

const encodeConfig = (options: ImageOptions, diffId: string): Uint8Array<ArrayBuffer> => {
  const { platform, entrypoint = [], environment = [], labels = {} } = options;
  return json({
    created: EPOCH,
    architecture: platform.architecture,
    os: platform.os,
    config: {
      ...(entrypoint.length ? { Entrypoint: entrypoint } : {}),
      ...(environment.length ? { Env: environment } : {}),
      ...(Object.keys(labels).length ? { Labels: labels } : {}),
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created: EPOCH, created_by: 'COPY . /' }],
  });
};

/** The part after the last colon, as long as it is a tag and not a registry's port. */
const tagOf = (name: string): string => /:([^:/@]+)$/.exec(name)?.[1] ?? 'latest';

const encodeIndex = (manifest: StoredBlob, { name, platform }: ImageOptions): Uint8Array =>
  json({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.index,
    manifests: [
      {
        ...describe(manifest),
        platform,
        annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tagOf(name) },
      },
    ],
  });

/**
 * Makes an image archive of one layer that holds the entries. The same entries and options give the same bytes.
 * The `manifest.json` beside the OCI files is for readers that know only the older layout of `docker save`.
 */
export const encodeImage = async (entries: readonly TarEntry[], options: ImageOptions): Promise<Uint8Array> => {
  const files = encodeTar(withDirectories(entries));
  const layer = await createBlob(MEDIA_TYPE.layer, await gzip(files));
  const config = await createBlob(MEDIA_TYPE.config, encodeConfig(options, await digestOf(files)));
  const manifest = await createBlob(
    MEDIA_TYPE.manifest,
    json({ schemaVersion: 2, mediaType: MEDIA_TYPE.manifest, config: describe(config), layers: [describe(layer)] }),
  );
  const file = (path: string, content: Uint8Array): TarEntry => ({ kind: 'file', path, content });
  const legacy = [{ Config: pathOf(config), RepoTags: [options.name], Layers: [pathOf(layer)] }];
  return encodeTar(
    withDirectories([
      ...[config, layer, manifest].map((blob) => file(pathOf(blob), blob.bytes)),
      file('index.json', encodeIndex(manifest, options)),
      file('manifest.json', json(legacy)),
      file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
    ]),
  );
};
