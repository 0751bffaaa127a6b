// The shared libraries that the executable needs and that a node may lack: most have no libatomic. The executable looks for them below
// its own folder first, so that there they serve it alone.

/** Names that the executable asks for, beside the C library's, which every node has. */
const NAMES = ['libatomic.so.1', 'libgcc_s.so.1', 'libstdc++.so.6'];

/** A library to bring along. */
export type Library = {
  /** Where it is here. */
  readonly source: string;
  /** Where it goes on the node. */
  readonly path: string;
};

/** The folder that the executable looks in, as it was built: `lib/containerd-shim-spin` beside its own. */
export function libraryFolder(directory: string): string {
  return `${directory}/lib/containerd-shim-spin`;
}

/** Paths of everything that may have been brought along. */
export function libraryPaths(directory: string): string[] {
  return NAMES.map((name) => `${libraryFolder(directory)}/${name}`);
}

/** Lists what to bring to a node, out of the libraries that this process runs with. */
export function missingLibraries(
  loaded: readonly string[],
  exists: (path: string) => boolean,
  directory: string,
): Library[] {
  return loaded.flatMap((source) => {
    const file = source.slice(source.lastIndexOf('/') + 1);
    const name = NAMES.find((one) => file.startsWith(one));
    if (name === undefined || systemFolders(source).some((folder) => exists(`${folder}/${name}`))) return [];
    return [{ source, path: `${libraryFolder(directory)}/${name}` }];
  });
}

/** Where loaders look by themselves; the folder with the machine's name is Debian's, ld.so(8). */
function systemFolders(source: string): string[] {
  const [triplet] = /[^/]+-linux-gnu/.exec(source) ?? [];
  const debian = triplet === undefined ? [] : [`/usr/lib/${triplet}`, `/lib/${triplet}`];
  return [...debian, '/usr/lib64', '/lib64', '/usr/lib', '/lib'];
}
