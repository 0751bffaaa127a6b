// Files to an OCI image archive: what `docker build` of a `FROM scratch` Dockerfile and `docker save` leave, without either. Read by
// `ctr image import`, by `docker load` and by the tools that wrap them. `encodeArchive` is for images of any layers. Formats:
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
  /** Who the process runs as, such as `1000:1000` or a name; root when left out. */
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
};

/** When everything is from, so that the same files give the same bytes. */
export const EPOCH = '1970-01-01T00:00:00Z';
/** The media types of images. */
export const MEDIA_TYPE = {
  config: 'application/vnd.oci.image.config.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
} as const;

const text = new TextEncoder();

/** Encodes a value as JSON. */
export function json(value: unknown): Uint8Array<ArrayBuffer> {
  return text.encode(JSON.stringify(value));
}

/** The digest of bytes, as images write it. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha256:${new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex()}`;
}

/** Compresses bytes. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}

type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number };
/** A blob and how images name it. */
export type StoredBlob = Descriptor & { readonly bytes: Uint8Array };

/** Makes a blob of bytes. */
export async function createBlob(mediaType: string, bytes: Uint8Array<ArrayBuffer>): Promise<StoredBlob> {
  return {
    mediaType,
    digest: await digestOf(bytes),
    size: bytes.length,
    bytes,
  };
}

function describe({ mediaType, digest, size }: StoredBlob): Descriptor {
  return { mediaType, digest, size };
}

function pathOf({ digest }: Descriptor): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function encodeConfig(options: Omit<ImageOptions, 'name'>, diffId: string): Uint8Array<ArrayBuffer> {
  const { platform, entrypoint = [], environment = [], user, labels = {} } = options;
  return json({
    created: EPOCH,
    architecture: platform.architecture,
    os: platform.os,
    config: {
      ...(entrypoint.length ? { Entrypoint: entrypoint } : {}),
      ...(environment.length ? { Env: environment } : {}),
      ...(user === undefined ? {} : { User: user }),
      ...(Object.keys(labels).length ? { Labels: labels } : {}),
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created: EPOCH, created_by: 'COPY . /' }],
  });
}

/** The part after the last colon, as long as it is a tag and not a registry's port. */
function tagOf(name: string): string {
  return /:([^:/@]+)$/.exec(name)?.[1] ?? 'latest';
}

function encodeIndex(
  manifest: StoredBlob,
  { name, platform }: { readonly name: string; readonly platform?: Platform },
): Uint8Array {
  return json({
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
}

/**
 * Makes an image archive of one layer that holds the entries. The same entries and options give the same bytes.
 * The `manifest.json` beside the OCI files is for readers that know only the older layout of `docker save`.
 */
export async function encodeImage(entries: readonly TarEntry[], options: ImageOptions): Promise<Uint8Array> {
  return encodeArchive(await createImage(entries, options), options);
}

/** Makes an image of one layer that holds the entries. */
export async function createImage(
  entries: readonly TarEntry[],
  options: Omit<ImageOptions, 'name'>,
): Promise<ImageParts> {
  const files = encodeTar(withDirectories(entries));
  const layer = await createBlob(MEDIA_TYPE.layer, await gzip(files));
  const config = await createBlob(MEDIA_TYPE.config, encodeConfig(options, await digestOf(files)));
  return { config, layers: [layer] };
}

/** What a manifest names. */
export type ImageParts = {
  readonly config: StoredBlob;
  readonly layers: readonly StoredBlob[];
  readonly annotations?: Readonly<Record<string, string>>;
};

/** Makes an image archive of a config and layers. */
export async function encodeArchive(
  { config, layers, annotations }: ImageParts,
  options: Pick<ImageOptions, 'name' | 'platform'>,
): Promise<Uint8Array> {
  const manifest = await createManifest({ config, layers, ...(annotations ? { annotations } : {}) });
  const legacy = [{ Config: pathOf(config), RepoTags: [options.name], Layers: layers.map(pathOf) }];
  return encodeLayout([config, ...layers, manifest], encodeIndex(manifest, options), [
    { kind: 'file', path: 'manifest.json', content: json(legacy) },
  ]);
}

/** Makes an image archive of an index: one name for several images, each for its platform. */
export async function encodeIndexArchive(
  images: readonly { readonly parts: ImageParts; readonly platform: Platform }[],
  name: string,
): Promise<Uint8Array> {
  const manifests = await Promise.all(images.map(({ parts }) => createManifest(parts)));
  const entries = manifests.map((manifest, index) => ({ ...describe(manifest), platform: images[index]?.platform }));
  const content = json({ schemaVersion: 2, mediaType: MEDIA_TYPE.index, manifests: entries });
  const index = await createBlob(MEDIA_TYPE.index, content);
  const blobs = [...images.flatMap(({ parts }) => [parts.config, ...parts.layers]), ...manifests, index];
  return encodeLayout([...new Map(blobs.map((blob) => [blob.digest, blob])).values()], encodeIndex(index, { name }));
}

/** Makes the manifest that names an image's parts. */
export function createManifest({ config, layers, annotations }: ImageParts): Promise<StoredBlob> {
  const content = { config: describe(config), layers: layers.map(describe), annotations };
  return createBlob(MEDIA_TYPE.manifest, json({ schemaVersion: 2, mediaType: MEDIA_TYPE.manifest, ...content }));
}

function encodeLayout(blobs: readonly StoredBlob[], index: Uint8Array, more: readonly TarEntry[] = []): Uint8Array {
  const file = (path: string, content: Uint8Array): TarEntry => ({ kind: 'file', path, content });
  const version = file('oci-layout', json({ imageLayoutVersion: '1.0.0' }));
  const files = blobs.map((blob) => file(pathOf(blob), blob.bytes));
  return encodeTar(withDirectories([...files, file('index.json', index), ...more, version]));
}
