// What the JSON blobs of an image say: which manifest of an index is meant, which of a manifest's layers are parts of an app.
// https://github.com/opencontainers/image-spec/blob/main/manifest.md, image-index.md, config.md

import { Code, StatusError } from '../ttrpc/status.ts';

/** A blob as an image names it. */
export type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number };

/** The media types of layers that are parts of an app. */
export const LAYER_TYPE = {
  /** A component of an app that was pushed by `spin registry push`. */
  wasm: 'application/vnd.wasm.content.layer.v1+wasm',
  /** One file of a component. */
  data: 'application/vnd.wasm.content.layer.v1+data',
  /** The files of a component in a tar archive. */
  archive: 'application/vnd.wasm.content.bundle.v1.tar+gzip',
  lockedApp: 'application/vnd.fermyon.spin.application.v1+config',
  /** A component by itself, as `wkg oci push` leaves it. */
  component: 'application/wasm',
} as const;

const APP_LAYERS: readonly string[] = Object.values(LAYER_TYPE);

/** The layers of an artifact. */
export type ArtifactLayers = {
  readonly kind: 'locked' | 'component';
  /** The locked app, or the only component. */
  readonly document: Descriptor;
  /** All layers that are parts of the app, `document` among them, each digest once. */
  readonly layers: readonly Descriptor[];
};

/** A manifest as far as it matters here. */
export type Manifest = { readonly config: Descriptor; readonly layers: readonly Descriptor[] };

type Table = Readonly<Record<string, unknown>>;

/** Parses a blob that is a manifest, or an index of them. Throws a `StatusError` when it is neither. */
export function parseManifestOrIndex(text: string): Manifest | { readonly manifests: readonly IndexEntry[] } {
  const value = parseTable(text);
  if (Array.isArray(value['manifests'])) {
    const manifests = value['manifests'].map((entry: unknown) => {
      const { platform } = tableOf(entry);
      const { os, architecture } = tableOf(platform ?? {});
      return { ...descriptorOf(entry), os: String(os ?? ''), architecture: String(architecture ?? '') };
    });
    return { manifests };
  }
  if (!Array.isArray(value['layers'])) throw malformed('it has no layers');
  return { config: descriptorOf(value['config']), layers: value['layers'].map(descriptorOf) };
}

/** A manifest in an index. Operating system and architecture are empty where the index names none. */
export type IndexEntry = Descriptor & { readonly os: string; readonly architecture: string };

/**
 * Chooses the manifest of an index that is for Wasm, else for this machine. `architecture` is the machine's as images spell it.
 * Null when there is none.
 */
export function chooseManifest(entries: readonly IndexEntry[], architecture: string): IndexEntry | null {
  const isWasm = (entry: IndexEntry) => entry.architecture === 'wasm' || /^wasi/.test(entry.os);
  const isMachine = (entry: IndexEntry) => entry.os === 'linux' && entry.architecture === architecture;
  const isAny = (entry: IndexEntry) => entry.os === '' && entry.architecture === '';
  return entries.find(isWasm) ?? entries.find(isMachine) ?? entries.find(isAny) ?? null;
}

/** Finds the parts of an app among the layers of a manifest; null when it has none. Throws a `StatusError` when they do not fit together. */
export function findLayers({ config, layers }: Manifest): ArtifactLayers | null {
  const parts = new Map(
    layers.filter(({ mediaType }) => APP_LAYERS.includes(mediaType)).map((one) => [one.digest, one]),
  );
  if (parts.size === 0) return null;
  const all = [...parts.values()];
  const component = all.find(({ mediaType }) => mediaType === LAYER_TYPE.component);
  if (component && layers.length > 1) {
    const message = `expected a single layer of type ${LAYER_TYPE.component}, found ${layers.length} layers`;
    throw new StatusError(Code.INVALID_ARGUMENT, message);
  }
  if (component) return { kind: 'component', document: component, layers: all };
  const document = all.findLast(({ mediaType }) => mediaType === LAYER_TYPE.lockedApp);
  if (document) return { kind: 'locked', document, layers: all };
  // Spin 1 had no layer for it.
  if (config.mediaType === LAYER_TYPE.lockedApp) return { kind: 'locked', document: config, layers: [...all, config] };
  const message = `the image has layers of a Spin app, but none of type ${LAYER_TYPE.lockedApp}: push it with a current Spin`;
  throw new StatusError(Code.INVALID_ARGUMENT, message);
}

function descriptorOf(value: unknown): Descriptor {
  const { mediaType, digest, size } = tableOf(value);
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw malformed(`${JSON.stringify(digest)} is no SHA-256 digest`);
  }
  return { mediaType: String(mediaType ?? ''), digest, size: Number(size ?? 0) };
}

function parseTable(text: string): Table {
  try {
    return tableOf(JSON.parse(text));
  } catch (error) {
    throw error instanceof SyntaxError ? malformed('it is not JSON') : error;
  }
}

function tableOf(value: unknown): Table {
  if (typeof value !== 'object' || value === null) throw malformed('it is not what the format says');
  return value as Table;
}

function malformed(reason: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, `the image's manifest cannot be read: ${reason}`);
}
