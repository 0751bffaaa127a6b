// Gives jco's components (the transpiler, the component tools) their core modules. Their JavaScript reads them from beside itself
// with `node:fs/promises`; the build puts this module in that one's place, so that the bytes can come from wherever the executable
// keeps them.

let read: (name: string) => Uint8Array = () => {
  throw new Error('no core modules were provided');
};

/** Says how a core module is read, by file name. Must be called before what needs it is loaded. */
export function provideModules(reader: (name: string) => Uint8Array): void {
  read = reader;
}

/** Stands in for `readFile` of `node:fs/promises`. */
export async function readFile(url: URL): Promise<Uint8Array> {
  return read(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
}
