// Which imported functions may wait, and which exports may therefore be suspended (JSPI): the one list that the transpiler, the
// engines and the host objects agree on. Names carry no version, as jco's options take them; every version of an interface is meant.
// Functions that never wait are left out, because a suspendable call costs more than a plain one.

/** Imported functions whose host side may return a promise, as `interface#function`. */
export const ASYNC_IMPORTS: readonly string[] = [
  'wasi:io/poll#poll',
  'wasi:io/poll#poll-list',
  'wasi:io/poll#poll-one',
  'wasi:io/poll#[method]pollable.block',
  'wasi:io/streams#[method]input-stream.blocking-read',
  'wasi:io/streams#[method]input-stream.blocking-skip',
  'wasi:io/streams#[method]output-stream.blocking-write-and-flush',
  'wasi:io/streams#[method]output-stream.blocking-write-zeroes-and-flush',
  'wasi:io/streams#[method]output-stream.blocking-flush',
  'wasi:io/streams#[method]output-stream.blocking-splice',
  'wasi:io/streams#[method]output-stream.forward',
  'wasi:filesystem/types#[method]descriptor.open-at',
  'wasi:filesystem/types#[method]descriptor.read',
  'wasi:filesystem/types#[method]descriptor.read-directory',
  'wasi:filesystem/types#[method]descriptor.readlink-at',
  'wasi:filesystem/types#[method]descriptor.stat-at',
  'wasi:filesystem/types#[method]descriptor.metadata-hash-at',
  'fermyon:spin/variables#get',
  'fermyon:spin/config#get-config',
  'fermyon:spin/http#send-request',
  'wasi:config/store#get',
  'wasi:config/store#get-all',
];

const asyncImports: ReadonlySet<string> = new Set(ASYNC_IMPORTS);

/** Tells whether a function of an interface, named without its version, may return a promise. */
export function mayWait(interfaceName: string, functionName: string): boolean {
  return asyncImports.has(`${interfaceName}#${functionName}`);
}

/** Exported functions that the host calls so that they may wait. */
export const ASYNC_EXPORTS: readonly string[] = [
  'wasi:http/incoming-handler#handle',
  'wasi:cli/run#run',
  'fermyon:spin/inbound-http#handle-request',
  'fermyon:spin/inbound-redis#handle-message',
  'containerd-shim-spin:runtime/dispatch#decide',
];
