// Images for tests, made on the spot from an app's folder or from the machine's own static busybox, and imported.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeImage } from '../image/archive.ts';
import { machinePlatform, readApp, readManifest } from '../image/files.ts';
import { encodeForm, type Form } from '../image/form.ts';
import type { Table } from '../image/locked-app.ts';
import type { TarEntry } from '../image/tar.ts';
import type { Containerd, RunOptions } from './containerd.ts';

const BUSYBOX = '/bin/busybox';
/** The programs of busybox that tests use. */
const APPLETS = [
  'sh',
  'sleep',
  'echo',
  'cat',
  'ps',
  'true',
  'false',
  'id',
  'stty',
  'nc',
  'wget',
  'kill',
  'test',
  'env',
  'tar',
  'head',
];

/** Imports the app in a folder as an image named after the last part of the folder; gives the image's name. */
export async function importApp(containerd: Containerd, folder: string): Promise<string> {
  const name = folder.split('/').at(-1) ?? 'app';
  return importEntries(containerd, name, readApp(folder));
}

/** Imports an image of these text files, such as a manifest that is wrong; gives the image's name. */
export function importFiles(
  containerd: Containerd,
  name: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const encoder = new TextEncoder();
  const entries = Object.entries(files).map(([path, content]): TarEntry => {
    return { kind: 'file', path, content: typeof content === 'string' ? encoder.encode(content) : content };
  });
  return importEntries(containerd, name, entries);
}

/** Imports an image with a shell and a few programs, for Linux containers; gives its name. */
export async function importBusybox(containerd: Containerd): Promise<string> {
  return importEntries(containerd, 'busybox', await listBusybox());
}

/** Lists the files of that image, with these programs. */
export async function listBusybox(applets: readonly string[] = APPLETS): Promise<TarEntry[]> {
  const programs = applets.map((name): TarEntry => ({ kind: 'symlink', path: `bin/${name}`, target: 'busybox' }));
  const busybox: TarEntry = { kind: 'file', path: 'bin/busybox', content: await readFile(BUSYBOX), mode: 0o755 };
  const folders = ['tmp', 'proc', 'dev', 'sys'].map((path): TarEntry => ({ kind: 'directory', path }));
  return [busybox, ...programs, ...folders];
}

/** Writes the files of an app's image to a folder, for a container without an image. */
export async function writeRootfs(appFolder: string, folder: string): Promise<void> {
  for (const entry of readApp(appFolder)) {
    if (entry.kind !== 'file') continue;
    await mkdir(dirname(join(folder, entry.path)), { recursive: true });
    await writeFile(join(folder, entry.path), entry.content);
  }
}

/** Imports an image of these entries; gives its name. */
export async function importEntries(
  containerd: Containerd,
  name: string,
  entries: readonly TarEntry[],
  entrypoint: readonly string[] = ['/'],
): Promise<string> {
  // In full, as CRI looks for it.
  const reference = `docker.io/library/${name}:test`;
  const path = join(containerd.directory, `${name}.tar`);
  const options = { name: reference, platform: machinePlatform, entrypoint, environment: ['PATH=/bin'] };
  await writeFile(path, await encodeImage(entries, options));
  await containerd.importImage(path);
  return reference;
}

/** Makes the image of an app in a form whose layers are parts of the app; `more` are further fields of the manifest. */
export function encodeArtifact(name: string, folder: string, form: Form, more: Table = {}): Promise<Uint8Array> {
  return encodeForm(form, { ...readManifest(folder), ...more }, readApp(folder), { name, platform: machinePlatform });
}

/** How to run an image whose layers are parts of an app. */
export type ArtifactRun = RunOptions & {
  /** Called with the image's name when it is imported, before its container is started. */
  readonly imported?: (reference: string) => Promise<void>;
  /** Whether ctr can make a container of it: 1.6 of none, and later ones only where the config is that of an image. */
  readonly isForCtr?: boolean;
};

/** Runs an image whose layers are parts of an app. Rejects with ctr's message. */
export async function runArtifact(
  containerd: Containerd,
  name: string,
  archive: (reference: string) => Promise<Uint8Array>,
  { imported, isForCtr = true, ...options }: ArtifactRun = {},
): Promise<void> {
  const reference = `docker.io/library/${name}:test`;
  const path = join(containerd.directory, `${name}.tar`);
  const importArchive = async (bytes: Uint8Array, ...flags: readonly string[]) => {
    await writeFile(path, bytes);
    await containerd.ctr(['images', 'import', '--all-platforms', ...flags, path]);
  };
  if (isForCtr && !containerd.release.version.startsWith('1.')) {
    await importArchive(await archive(reference));
    await imported?.(reference);
    await containerd.run(name, reference, options);
    return;
  }
  // The container is made of another image, whose name the artifact then takes.
  const folder: TarEntry = { kind: 'directory', path: 'empty' };
  await importArchive(await encodeImage([folder], { name: reference, platform: machinePlatform, entrypoint: ['/'] }));
  const [, ...create] = containerd.runArguments(name, reference, options);
  await containerd.ctr(['containers', 'create', ...create]);
  await importArchive(await archive(reference), '--no-unpack');
  await imported?.(reference);
  await containerd.ctr(['tasks', 'start', '--detach', containerd.id(name)]);
}
