// Which files of an app's folder belong in its image: the manifest, each component's wasm file at the path that its `source`
// names, and what its `files` name. The same files that a person copies in a Dockerfile. Meaning belongs to the guest runtime;
// this only finds paths, in manifests of version 1 and 2.

/** A path or glob of the folder that the image needs. */
export type AppFile =
  /** A file that must be there. */
  | { readonly kind: 'file'; readonly path: string }
  /** A folder, all of it. */
  | { readonly kind: 'folder'; readonly path: string }
  /** What matches a glob below a folder. */
  | { readonly kind: 'glob'; readonly path: string; readonly isMatch: (path: string) => boolean };

type Table = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function relative(path: string): string {
  return path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
}

function componentsOf({ component }: Table): Table[] {
  return Array.isArray(component)
    ? component.filter(isTable)
    : isTable(component)
      ? Object.values(component).filter(isTable)
      : [];
}

const GLOB_PARTS: readonly (readonly [RegExp, (part: string) => string])[] = [
  [/^\*\*\//, () => '(?:.*/)?'],
  [/^\*\*/, () => '.*'],
  [/^\*/, () => '[^/]*'],
  [/^\?/, () => '[^/]'],
  [/^\[!?[^\]]+\]/, (part) => part.replace(/^\[!/, '[^')],
  [/^./s, (part) => part.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')],
];

/** A test for whole paths, as Spin reads globs: stars match hidden names, `**` crosses folders. */
export function createGlob(pattern: string): (path: string) => boolean {
  let source = '';
  for (let rest = pattern; rest; ) {
    for (const [part, translate] of GLOB_PARTS) {
      const match = part.exec(rest)?.[0];
      if (!match) continue;
      source += translate(match);
      rest = rest.slice(match.length);
      break;
    }
  }
  const whole = new RegExp(`^${source}$`, 's');
  return (path) => whole.test(path);
}

/** The folder that a glob's matches are all below: its parts before the first that is no plain name. */
function folderOf(pattern: string): string {
  return /^(?:[^*?[]*\/)?/.exec(pattern)?.[0].replace(/\/$/, '') ?? '';
}

function globOf(pattern: string, exclude: readonly string[]): AppFile {
  const [isIncluded, ...exclusions] = [pattern, ...exclude].map((one) => createGlob(relative(one)));
  const isMatch = (path: string): boolean =>
    isIncluded?.(path) === true && !exclusions.some((isExcluded) => isExcluded(path));
  return { kind: 'glob', path: folderOf(relative(pattern)), isMatch };
}

function filesOf(component: Table): AppFile[] {
  const exclude = strings(component['exclude_files']);
  const found: AppFile[] = [];
  const { source, files } = component;
  if (typeof source === 'string') found.push({ kind: 'file', path: relative(source) });
  for (const one of Array.isArray(files) ? files : []) {
    if (typeof one === 'string') found.push(globOf(one, exclude));
    else if (isTable(one) && typeof one['source'] === 'string')
      found.push({ kind: 'folder', path: relative(one['source']) });
  }
  for (const dependency of isTable(component['dependencies']) ? Object.values(component['dependencies']) : [])
    if (isTable(dependency) && typeof dependency['path'] === 'string')
      found.push({ kind: 'file', path: relative(dependency['path']) });
  return found;
}

/** What the image needs beside the manifest itself. */
export function listAppFiles(manifest: Table): AppFile[] {
  return componentsOf(manifest).flatMap(filesOf);
}
