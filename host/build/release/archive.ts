// An executable to a release's archive: a tar.gz with nothing beside it, because tools that install shims from an archive
// (runtime-class-manager) take every file in it for one. The same executable gives the same bytes.
import { gzipSync } from 'node:zlib';
import { encodeTar } from '../../image/tar.ts';

/** Makes the archive of an executable that is to have that name. */
export function encodeRelease(name: string, executable: Uint8Array): Uint8Array {
  return gzipSync(encodeTar([{ kind: 'file', path: name, content: executable, mode: 0o755 }]), { level: 9 });
}

/** Name of the archive for a machine, as `uname -m` calls it. */
export function archiveName(name: string, machine: string): string {
  return `${name}-linux-${machine}.tar.gz`;
}

/** Writes what `sha256sum --check` reads: a line for each file, by name. */
export function formatChecksums(digests: ReadonlyMap<string, string>): string {
  return [...digests].map(([name, digest]) => `${digest}  ${name}\n`).join('');
}
