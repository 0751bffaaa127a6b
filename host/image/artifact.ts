// An app's files to the images that registries have of it, whose layers are not files but parts of the app: as `spin registry push` makes
// them without composing (a layer for each component, dependency and file, the locked app last; with Spin 1 as the config), and as
// `wkg oci push` does (one component).

import { LAYER_TYPE } from '../artifact/image-manifest.ts';
import { createGlob } from './app-files.ts';
import {
  createBlob,
  digestOf,
  EPOCH,
  encodeArchive,
  gzip,
  type ImageParts,
  json,
  MEDIA_TYPE,
  type StoredBlob,
} from './archive.ts';
import {
  type ComponentContent,
  type ContentRef,
  createLockedApp,
  listComponents,
  type Table,
  tableOf,
} from './locked-app.ts';
import { encodeTar, type TarEntry, withDirectories } from './tar.ts';

/** How an app becomes layers. */
export type ArtifactOptions = {
  /** The reference under which the image is imported. */
  readonly name: string;
  /** Whether the files of a component are one archive, or a layer each. */
  readonly hasArchives?: boolean;
  /** Whether the locked app is the config, as Spin 1 had it. */
  readonly isConfigLocked?: boolean;
};

/** Spin puts smaller files into the locked app itself. Bytes. */
const INLINE_BYTES = 128;

/** What an app that was pushed says it runs on. */
export const SPIN_PLATFORM = { os: 'wasip1', architecture: 'wasm' } as const;

type File = { readonly path: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** Makes the image that `spin registry push` would leave. The same files give the same bytes. Throws when a component's file is missing. */
export async function encodeSpinArtifact(
  manifest: Table,
  entries: readonly TarEntry[],
  { name, hasArchives = false, isConfigLocked = false }: ArtifactOptions,
): Promise<Uint8Array> {
  const parts = await createSpinParts(manifest, entries, hasArchives);
  const [locked] = parts.layers.slice(-1);
  const spin1 = locked && { ...parts, config: locked, layers: parts.layers.slice(0, -1) };
  return encodeArchive(isConfigLocked && spin1 ? spin1 : parts, { name, platform: SPIN_PLATFORM });
}

/** Makes the config and the layers of the image that `spin registry push` would leave, for `SPIN_PLATFORM`. */
export async function createSpinParts(
  manifest: Table,
  entries: readonly TarEntry[],
  hasArchives = false,
): Promise<ImageParts> {
  const layers = new Map<string, StoredBlob>();
  const contents = new Map<string, ComponentContent>();
  const add = async (mediaType: string, bytes: Uint8Array<ArrayBuffer>) => {
    const blob = await createBlob(mediaType, bytes);
    layers.set(blob.digest, blob);
    return blob.digest;
  };
  for (const [id, component] of listComponents(manifest)) {
    const source = { digest: await add(LAYER_TYPE.wasm, readFile(entries, sourceOf(id, component))) };
    const dependencies = new Map<string, ContentRef>();
    for (const [dependency, path] of listDependencies(component, manifest)) {
      dependencies.set(dependency, { digest: await add(LAYER_TYPE.wasm, readFile(entries, path)) });
    }
    const files = listFiles(component, entries);
    if (hasArchives && files.length > 0) await add(LAYER_TYPE.archive, await encodeFiles(files));
    const refs = files.map(async ({ path, bytes }) => ({ path, content: await refTo(bytes) }));
    for (const { bytes } of files) if (!hasArchives && bytes.length > INLINE_BYTES) await add(LAYER_TYPE.data, bytes);
    contents.set(id, { source, dependencies, files: await Promise.all(refs) });
  }
  const locked = await createBlob(LAYER_TYPE.lockedApp, json(createLockedApp(manifest, contents)));
  const labels = { 'com.fermyon.spin.lockedAppDigest': locked.digest };
  const config = {
    created: EPOCH,
    ...SPIN_PLATFORM,
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: [] },
  };
  return {
    config: await createBlob(MEDIA_TYPE.config, json(config)),
    layers: [...layers.values(), locked],
    annotations: { 'org.opencontainers.image.title': String(tableOf(manifest['application'])['name'] ?? '') },
  };
}

/** Makes the image that `wkg oci push` would leave of a component. */
export async function encodeComponentArtifact(component: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array> {
  const layer = await createBlob(LAYER_TYPE.component, component);
  const platform = { ...SPIN_PLATFORM, os: 'wasip2' };
  const config = { created: EPOCH, ...platform, layerDigests: [layer.digest], component: { exports: [], imports: [] } };
  const parts = { config: await createBlob('application/vnd.wasm.config.v0+json', json(config)), layers: [layer] };
  return encodeArchive(parts, { name, platform });
}

/** The only component's file of an app. Throws when it has several. */
export function readOnlyComponent(manifest: Table, entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  const [component, ...others] = listComponents(manifest);
  if (!component || others.length > 0) throw new Error('an image of the form wkg is for an app of one component');
  return readFile(entries, sourceOf(...component));
}

async function refTo(bytes: Uint8Array<ArrayBuffer>): Promise<ContentRef> {
  const digest = await digestOf(bytes);
  return bytes.length > INLINE_BYTES ? { digest } : { digest, inline: bytes.toBase64() };
}

function encodeFiles(files: readonly File[]): Promise<Uint8Array<ArrayBuffer>> {
  const entries = files.map(({ path, bytes }): TarEntry => ({ kind: 'file', path, content: bytes }));
  return gzip(encodeTar(withDirectories(entries)));
}

/** The dependencies' files, by name. Throws where one is no file of the app. */
function listDependencies(component: Table, manifest: Table): [name: string, path: string][] {
  return Object.entries(tableOf(component['dependencies'])).map(([name, value]) => {
    const { path, component: id } = tableOf(value);
    if (typeof path === 'string') return [name, path];
    if (typeof id === 'string') return [name, sourceOf(id, listComponents(manifest).get(id) ?? {})];
    throw new Error(`dependency ${JSON.stringify(name)} is no file of the app`);
  });
}

function sourceOf(id: string, { source }: Table): string {
  if (typeof source === 'string') return source;
  throw new Error(`component ${JSON.stringify(id)} has no file of the app for a source`);
}

/** The files that a component's `files` name and mount, by their guest path without the slash at its start. */
function listFiles(component: Table, entries: readonly TarEntry[]): File[] {
  const [mounts = [], excluded = []] = [component['files'], component['exclude_files']].map((value) =>
    Array.isArray(value) ? value : [],
  );
  const isExcluded = excluded.map((pattern) => createGlob(trimSlashes(String(pattern))));
  return mounts.flatMap((mount: unknown) => {
    if (typeof mount === 'string') {
      const isNamed = createGlob(trimSlashes(mount));
      return entries.flatMap((entry): File[] => {
        if (entry.kind !== 'file' || !isNamed(entry.path) || isExcluded.some((is) => is(entry.path))) return [];
        return [{ path: entry.path, bytes: Uint8Array.from(entry.content) }];
      });
    }
    const { source, destination } = tableOf(mount);
    const [from, to] = [source, destination].map((path) => `${trimSlashes(String(path))}/`.replace(/^\//, ''));
    return entries.flatMap((entry): File[] => {
      if (entry.kind !== 'file' || !entry.path.startsWith(from ?? '')) return [];
      return [{ path: `${to}${entry.path.slice(from?.length)}`, bytes: Uint8Array.from(entry.content) }];
    });
  });
}

function readFile(entries: readonly TarEntry[], path: string): Uint8Array<ArrayBuffer> {
  const found = entries.find((entry) => entry.kind === 'file' && entry.path === trimSlashes(path));
  if (found?.kind !== 'file') throw new Error(`${path} is not a file of the app`);
  return Uint8Array.from(found.content);
}

function trimSlashes(path: string): string {
  return path.replace(/^(\.?\/)+|\/+$/g, '');
}
