// Reads from disk what the plan process wrote for one component: the transpiled module and its compiled core modules.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { COMPONENT_INFO, COMPONENT_MODULE, type JcoComponent } from './transpile-options.ts';

/** `instantiate` of a transpiled module. */
export type Instantiate = (
  getCoreModule: (name: string) => WebAssembly.Module | Promise<WebAssembly.Module>,
  imports: Record<string, unknown>,
  instantiateCore: (module: WebAssembly.Module, imports?: WebAssembly.Imports) => WebAssembly.Instance,
) => Record<string, unknown> | Promise<Record<string, unknown>>;

/** A transpiled component, loaded and compiled. */
export type JcoSource = {
  readonly info: JcoComponent;
  readonly instantiate: Instantiate;
  readonly getCoreModule: (name: string) => WebAssembly.Module | Promise<WebAssembly.Module>;
};

/**
 * Loads the component in `directory`. Core modules are compiled at once and kept. Throws what reading or compiling throws.
 * `require` is used because a single-file executable cannot `import()` from the disk.
 */
export async function readJcoSource(directory: string): Promise<JcoSource> {
  const info = JSON.parse(await readFile(join(directory, COMPONENT_INFO), 'utf8')) as JcoComponent;
  const module = createRequire(join(directory, COMPONENT_MODULE))(`./${COMPONENT_MODULE}`) as {
    instantiate: Instantiate;
  };
  const compiled = new Map<string, WebAssembly.Module>();
  const getCoreModule = (name: string) => compiled.get(name) ?? compileInto(compiled, directory, name);
  return { info, instantiate: module.instantiate, getCoreModule };
}

async function compileInto(compiled: Map<string, WebAssembly.Module>, directory: string, name: string) {
  const module = await WebAssembly.compile(await readFile(join(directory, name)));
  compiled.set(name, module);
  return module;
}
