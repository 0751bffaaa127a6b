// The shared libraries that this process runs with, from the text of /proc/self/maps (proc(5)).

/** A file that is mapped into memory. */
export type MappedFile = {
  /** Name of the link below /proc/self/map_files that leads to the file, even when it was deleted. */
  readonly range: string;
  /** Where the file is, or was. */
  readonly path: string;
  /** Device and inode, to tell one version of a file from the next. */
  readonly identity: string;
};

/** Lists the shared libraries, the dynamic loader among them, each once. */
export function mappedLibraries(maps: string): MappedFile[] {
  const files = new Map<string, MappedFile>();
  for (const line of maps.split('\n')) {
    const [, range, device, inode, path] = /^(\S+) \S+ \S+ (\S+) (\d+)\s+(\/.*?)(?: \(deleted\))?$/.exec(line) ?? [];
    if (!range || !path || files.has(path) || !/\.so(\.[\d.]+)?$/.test(path)) continue;
    files.set(path, { range, path, identity: `${device} ${inode}` });
  }
  return [...files.values()];
}

/** Tells whether a library is the dynamic loader: `ld-linux-x86-64.so.2`, `ld-2.31.so`, `ld-musl-aarch64.so.1`. */
export function isLoader({ path }: MappedFile): boolean {
  return /^ld[-.\d]/.test(nameOf(path));
}

/** Returns the last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Returns how the names begin that a library may be asked for by: what comes before its version, which may stand before or after `.so`
 * (`libc-2.31.so` is asked for as `libc.so.6`, `libstdc++.so.6.0.30` as `libstdc++.so.6`).
 */
export function stemOf(path: string): string {
  return `${nameOf(path).replace(/(-\d[\d.]*)?\.so.*$/, '')}.so`;
}
