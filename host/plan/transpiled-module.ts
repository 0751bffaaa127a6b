// Instantiates a transpiled component from bytes in memory. The module that jco writes is an ES module, and a single executable
// cannot import one; all it does is to export `instantiate`, so it is evaluated as the body of a function.

const EXPORTS = /^export (function instantiate\(|const _util\b)/gm;

type Instantiate = (
  getCoreModule: (name: string) => Promise<WebAssembly.Module>,
  imports: Record<string, unknown>,
) => Promise<Record<string, unknown>>;

/** Instantiates the module `name` of `files`. Throws when it is not a module as jco writes them. */
export async function instantiateTranspiled(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
  imports: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const text = new TextDecoder().decode(fileOf(files, name));
  // The module's own address is only used to find core modules when no `getCoreModule` is given.
  const body = text.replaceAll(EXPORTS, '$1').replaceAll('import.meta.url', "''");
  if (body.length === text.length || /^(?:export|import)\b/m.test(body))
    throw new Error(`${name} is not a transpiled component`);
  const instantiate = new Function(`${body}\nreturn instantiate;`)() as Instantiate;
  return instantiate((module) => WebAssembly.compile(fileOf(files, module)), imports);
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array<ArrayBuffer> {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`the transpiled component has no file ${name}`);
  return bytes as Uint8Array<ArrayBuffer>;
}
