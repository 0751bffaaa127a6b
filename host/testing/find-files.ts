// Finds test files below the given files and folders. `*.test.ts` are unit tests; `*.e2e.ts` drive the built executable as root.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders that hold no tests of ours. `fixtures` folders hold inputs, bad test files among them. */
const SKIPPED = new Set(['node_modules', 'build', 'run', 'fixtures', '.git']);

/** Lists, sorted, the files at or below `paths` whose names end in `suffix`. Throws when a path does not exist. */
export async function findFiles(paths: readonly string[], suffix: string): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => findBelow(path, suffix)));
  return [...new Set(found.flat())].sort();
}

async function findBelow(path: string, suffix: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return path.endsWith(suffix) ? [path] : [];
  const entries = await readdir(path, { withFileTypes: true });
  const found = entries.map((entry) => {
    const child = join(path, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : findBelow(child, suffix);
    return entry.name.endsWith(suffix) ? [child] : [];
  });
  return (await Promise.all(found)).flat();
}
