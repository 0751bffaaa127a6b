// wasi:filesystem/types@0.2 over files that can only be read: https://github.com/WebAssembly/wasi-filesystem/blob/main/wit/types.wit
// Every operation that would change something is not permitted.

import { InstanceCancelled, type InstanceScope } from '../instance-scope.ts';
import type { IoError } from '../io/error.ts';
import { InputStream, limitFromLength } from '../io/input-stream.ts';
import { type ErrorCode, errorCodeFromErrno } from './error-code.ts';
import { type DescriptorType, descriptorStatOf, descriptorTypeOf, metadataHashOf } from './file-kind.ts';
import { FileSource } from './file-source.ts';
import { GuestFile } from './guest-file.ts';
import { type OpenFile, openAt, readDirectory, readFileAt, readLinkAt } from './openat.ts';

type PathFlags = { readonly symlinkFollow?: boolean };
type OpenFlags = { readonly [flag in 'create' | 'directory' | 'exclusive' | 'truncate']?: boolean };
type DescriptorFlags = { readonly [flag in 'read' | 'write' | 'mutateDirectory']?: boolean };
type DirectoryEntry = { readonly type: DescriptorType; readonly name: string };

/** The resource `directory-entry-stream`. */
export class DirectoryEntryStream {
  readonly #entries: DirectoryEntry[];

  constructor(entries: readonly DirectoryEntry[]) {
    this.#entries = [...entries];
  }

  readDirectoryEntry(): DirectoryEntry | undefined {
    return this.#entries.shift();
  }
}

/** The resource `descriptor`. An error is thrown as its `ErrorCode`. */
export class Descriptor implements Disposable {
  readonly #file: GuestFile;
  readonly #scope: InstanceScope;
  #isClosed = false;

  /** Uses a file until the guest drops the descriptor or the scope is released. */
  constructor(file: GuestFile, scope: InstanceScope) {
    this.#file = file;
    this.#scope = scope;
    scope.add(this);
  }

  async openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Promise<Descriptor> {
    const { create, exclusive, truncate } = openFlags;
    if (create || exclusive || truncate || flags.write || flags.mutateDirectory) throw refuse('not-permitted');
    const file = new GuestFile(await this.#openAt(path, pathFlags, true));
    if (!openFlags.directory || file.stat.isDirectory()) return new Descriptor(file, this.#scope);
    file.release();
    throw refuse('not-directory');
  }

  readViaStream(offset: bigint): InputStream {
    this.#requireFile();
    const source = new FileSource(this.#file.acquire(), offset, this.#scope);
    return new InputStream(source);
  }

  async read(length: bigint, offset: bigint): Promise<[Uint8Array, boolean]> {
    this.#requireFile();
    const limit = limitFromLength(length);
    const bytes = await this.#run((descriptor) => readFileAt(descriptor, limit, offset));
    return [bytes, bytes.length < limit];
  }

  async readDirectory(): Promise<DirectoryEntryStream> {
    if (!this.#file.stat.isDirectory()) throw refuse('not-directory');
    const entries = await this.#run(readDirectory);
    return new DirectoryEntryStream(entries.map((entry) => ({ type: descriptorTypeOf(entry), name: entry.name })));
  }

  readlinkAt(path: string): Promise<string> {
    return this.#run((descriptor) => readLinkAt(descriptor, path));
  }

  stat() {
    return descriptorStatOf(this.#file.stat);
  }

  async statAt(flags: PathFlags, path: string) {
    return descriptorStatOf(await this.#statAt(flags, path));
  }

  metadataHash() {
    return metadataHashOf(this.#file.stat);
  }

  async metadataHashAt(flags: PathFlags, path: string) {
    return metadataHashOf(await this.#statAt(flags, path));
  }

  isSameObject(other: Descriptor): boolean {
    const [mine, others] = [this.#file.stat, other.#file.stat];
    return mine.dev === others.dev && mine.ino === others.ino;
  }

  getFlags(): DescriptorFlags {
    return { read: true };
  }

  getType(): DescriptorType {
    return descriptorTypeOf(this.#file.stat);
  }

  advise(): void {}
  sync(): void {}
  syncData(): void {}
  writeViaStream = refuseWith('bad-descriptor');
  appendViaStream = refuseWith('bad-descriptor');
  setSize = refuseWith('not-permitted');
  setTimes = refuseWith('not-permitted');
  setTimesAt = refuseWith('not-permitted');
  write = refuseWith('not-permitted');
  createDirectoryAt = refuseWith('not-permitted');
  linkAt = refuseWith('not-permitted');
  removeDirectoryAt = refuseWith('not-permitted');
  renameAt = refuseWith('not-permitted');
  symlinkAt = refuseWith('not-permitted');
  unlinkFileAt = refuseWith('not-permitted');

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#scope.remove(this);
    this.#file.release();
  }

  #requireFile(): void {
    if (this.#file.stat.isDirectory()) throw refuse('is-directory');
    if (!this.#file.stat.isFile()) throw refuse('bad-descriptor');
  }

  async #statAt(flags: PathFlags, path: string): Promise<OpenFile['stat']> {
    const file = new GuestFile(await this.#openAt(path, flags, false));
    file.release();
    return file.stat;
  }

  #openAt(path: string, flags: PathFlags, reads: boolean): Promise<OpenFile> {
    const followsLinks = flags.symlinkFollow === true;
    return this.#run((descriptor) => openAt(descriptor, path, { followsLinks, reads }));
  }

  /** What an operation opens after its instance was given up belongs to nobody, so it is awaited before the scope is looked at. */
  async #run<T>(operation: (descriptor: number) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new InstanceCancelled();
    try {
      return await this.#file.use(operation);
    } catch (error) {
      throw error instanceof InstanceCancelled ? error : errorCodeFromErrno(error);
    }
  }
}

/** Returns the error as a value to throw. */
function refuse(code: ErrorCode): ErrorCode {
  return code;
}

function refuseWith(code: ErrorCode): () => never {
  return () => {
    throw refuse(code);
  };
}

/** `wasi:filesystem/types@0.2`. */
export const filesystemTypes = {
  Descriptor,
  DirectoryEntryStream,
  filesystemErrorCode: (error: IoError): ErrorCode | undefined => error.detail.filesystem,
};

/** Creates `wasi:filesystem/preopens@0.2` for one instance, over directories that all instances share. */
export function createPreopens(mounts: readonly (readonly [GuestFile, string])[], scope: InstanceScope) {
  return {
    getDirectories: (): [Descriptor, string][] =>
      mounts.map(([directory, path]) => [new Descriptor(directory.acquire(), scope), path]),
  };
}
