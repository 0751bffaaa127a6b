// Reads folders for images: an app's folder as its manifest has it, or a whole tree.
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { arch } from 'node:process';
import { parse } from 'smol-toml';
import { type AppFile, listAppFiles } from './app-files.ts';
import type { Platform } from './archive.ts';
import type { Table } from './locked-app.ts';
import type { TarEntry } from './tar.ts';

/** The manifest's name in an app's folder and in its image. */
const MANIFEST = 'spin.toml';

const EXECUTABLE_BITS = 0o111;

/** What an image for this machine says it runs on. */
export const machinePlatform: Platform = { os: 'linux', architecture: arch === 'arm64' ? 'arm64' : 'amd64' };

function readEntry(folder: string, path: string): TarEntry {
  const full = join(folder, path);
  const stat = lstatSync(full);
  if (stat.isSymbolicLink()) return { kind: 'symlink', path, target: readlinkSync(full) };
  if (stat.isDirectory()) return { kind: 'directory', path };
  return { kind: 'file', path, content: readFileSync(full), mode: stat.mode & EXECUTABLE_BITS ? 0o755 : 0o644 };
}

/** Every path below a folder, hidden ones too; nothing for what is no folder. */
function listTree(folder: string): string[] {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
    : [];
}

function findPaths(folder: string, file: AppFile): string[] {
  if (file.kind === 'file') return [file.path];
  const below = listTree(join(folder, file.path)).map((path) => join(file.path, path));
  return file.kind === 'folder' ? [file.path, ...below] : below.filter(file.isMatch);
}

/** Reads every file, folder and link below a folder. */
export function readTree(folder: string): TarEntry[] {
  return listTree(folder)
    .sort()
    .map((path) => readEntry(folder, path));
}

/** What the installer calls; the shim itself calls nothing here. */
const INSTALLER_PROGRAMS = ['nsenter', 'sleep'];

/** Reads what the installer's image holds: an executable with its loader and libraries, where they are here, and busybox. */
export function readInstaller(executable: string): TarEntry[] {
  const file = (path: string, source: string): TarEntry => {
    return { kind: 'file', path: path.replace(/^\//, ''), content: readFileSync(source), mode: 0o755 };
  };
  // Each line names a file, `name => path (address)` or `path (address)`.
  const libraries = [...execFileSync('ldd', [executable], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)];
  return [
    file('bin/containerd-shim-spin-v2', executable),
    file('bin/busybox', '/bin/busybox'),
    ...INSTALLER_PROGRAMS.map((name): TarEntry => ({ kind: 'symlink', path: `bin/${name}`, target: 'busybox' })),
    ...libraries.map(([, path = '']) => file(path, path)),
  ];
}

/** Reads an app's manifest; null when it is not TOML. */
export function readManifest(folder: string): Table | null {
  try {
    return parse(readFileSync(join(folder, MANIFEST), 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Reads what an app's image holds. `also` names further files of the folder, such as `runtime-config.toml`.
 * A manifest that is no TOML goes in alone, since its image is what shows the shim's diagnostic.
 * Throws ENOENT for a wasm file that is not there, unless `isPartial`.
 */
export function readApp(
  folder: string,
  options: { readonly also?: readonly string[]; readonly isPartial?: boolean } = {},
): TarEntry[] {
  const manifest = readFileSync(join(folder, MANIFEST), 'utf8');
  let files: AppFile[] = [];
  try {
    files = listAppFiles(parse(manifest));
  } catch (error) {
    if (!options.isPartial) throw error;
  }
  const paths = new Set([MANIFEST, ...(options.also ?? []), ...files.flatMap((file) => findPaths(folder, file))]);
  const entries: TarEntry[] = [];
  for (const path of [...paths].sort()) {
    try {
      entries.push(readEntry(folder, path));
    } catch (error) {
      if (!options.isPartial) throw error;
    }
  }
  return entries;
}
