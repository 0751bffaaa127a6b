// The cache of plans and prepared components on the node's disk. Entries are named by what they were made from, written beside their
// place and then renamed into it, never changed. Several shims use it at a time; an entry that is damaged counts as absent.

import { chmod, copyFile, link, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checksumFile } from './checksum.ts';
import { parseJson } from './json.ts';
import type { FileEntry } from './protocol.ts';

/** The list of a folder's files: written last, so a folder that has it had all of them. */
const CONTENTS = 'contents.json';

/** A file as it was written. */
type WrittenFile = FileEntry & { readonly checksum: number };

/** A draft this old is nobody's: a plan process has two minutes for an app. */
const ABANDONED_MS = 60 * 60 * 1000;

/** Reads JSON below the cache; null when it is absent or damaged. */
export async function readEntry(path: string): Promise<unknown> {
  try {
    return parseJson(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/** The sizes of a folder's files; null when the folder is absent or any file is not as it was written: reads all of them. */
export async function readContents(folder: string): Promise<readonly FileEntry[] | null> {
  const contents = (await readEntry(join(folder, CONTENTS))) as readonly WrittenFile[] | null;
  if (!Array.isArray(contents)) return null;
  for (const file of contents) if (!(await isAsWritten(folder, file))) return null;
  return contents.map(({ name, size }) => ({ name, size }));
}

async function isAsWritten(folder: string, { name, size, checksum }: WrittenFile): Promise<boolean> {
  const path = join(folder, name);
  if ((await sizeOf(path)) !== size) return false;
  return (await checksumOf(path).catch(() => null)) === checksum;
}

/** A folder that is being written: nobody sees it until `commit`. */
export type Draft = {
  /** Writes a file. `name` is a path below the folder. */
  readonly write: (entry: FileEntry, chunks: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Writes a file that gets its name when its content is known; two with one name must have one content. */
  readonly writeUnnamed: (chunks: AsyncIterable<Uint8Array>, name: () => string) => Promise<void>;
  /** Adds a file of another entry under a name of its own; the two share their place on the disk where they can. */
  readonly link: (entry: FileEntry, source: string) => Promise<void>;
  /** Puts the folder in its place. Another that came first stays, unless it is damaged. */
  readonly commit: () => Promise<void>;
  /** Removes what was not committed. */
  readonly discard: () => Promise<void>;
};

/** Starts writing a folder whose place is `folder`, below `cache`. */
export async function createDraft(cache: string, folder: string): Promise<Draft> {
  await removeAbandoned(join(cache, 'tmp'));
  await mkdir(join(cache, 'tmp'), { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(join(cache, 'tmp/'));
  const entries: WrittenFile[] = [];
  await chmod(draft, 0o755);
  const folders = new Set([draft]);
  const add = async (entry: FileEntry, make: (path: string) => Promise<void>) => {
    if (!isPathBelow(entry.name)) throw new Error(`not a file name: ${entry.name}`);
    const path = join(draft, entry.name);
    await makeFolder(dirname(path), folders);
    await make(path);
    entries.push({ ...entry, checksum: await checksumOf(path) });
  };
  return {
    write: (entry, chunks) => add(entry, (path) => writeChunks(path, chunks)),
    writeUnnamed: async (chunks, name) => {
      const unnamed = join(draft, '.unnamed');
      await writeChunks(unnamed, chunks);
      const entry = { name: name(), size: await sizeOf(unnamed) };
      await add(entry, (path) => rename(unnamed, path));
    },
    link: (entry, source) => add(entry, (path) => link(source, path).catch(() => copyFile(source, path))),
    commit: async () => {
      await writeChunks(join(draft, CONTENTS), toChunks(JSON.stringify(entries)));
      await place(draft, folder);
    },
    discard: () => rm(draft, { recursive: true, force: true }),
  };
}

/** Removes what processes that were killed left half written. */
async function removeAbandoned(drafts: string): Promise<void> {
  for (const name of await readdir(drafts).catch(() => [])) {
    const draft = join(drafts, name);
    const { mtimeMs } = await stat(draft).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(draft, { recursive: true, force: true });
  }
}

function isPathBelow(path: string): boolean {
  return !path.includes('\0') && path.split('/').every((part) => part !== '' && !/^\.\.?$/.test(part));
}

/** Makes a folder and those on the way, unless they are in `known`; anybody may read them, whatever the umask. */
async function makeFolder(path: string, known: Set<string>): Promise<void> {
  if (known.has(path)) return;
  await makeFolder(dirname(path), known);
  await mkdir(path);
  await chmod(path, 0o755);
  known.add(path);
}

/** One text as chunks, for `Draft.write`. */
export async function* toChunks(text: string): AsyncGenerator<Uint8Array, void> {
  yield new TextEncoder().encode(text);
}

async function place(draft: string, folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true, mode: 0o755 });
  // The second try is for a folder that is there but damaged, or that another process is just moving away.
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await rename(draft, folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    }
    if (await readContents(folder)) return rm(draft, { recursive: true, force: true });
    const damaged = `${draft}.damaged`;
    await rename(folder, damaged).catch(() => undefined);
    await rm(damaged, { recursive: true, force: true });
  }
  throw new Error(`cannot write ${folder}: another process keeps it damaged`);
}

async function writeChunks(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await using file = await open(path, 'wx');
  // Whatever the umask: the worker may be any user.
  await file.chmod(0o644);
  for await (const chunk of chunks) await file.writeFile(chunk);
}

async function checksumOf(path: string): Promise<number> {
  await using file = await open(path);
  return await checksumFile(file);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => -1,
  );
}
