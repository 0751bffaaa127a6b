// How a component is transpiled so that this engine can load it, and the files that carry it from the plan process to the worker.
// Options of `transpileBytes` of @bytecodealliance/jco-transpile; nothing here loads the transpiler.

import { ASYNC_EXPORTS, ASYNC_IMPORTS } from '../../wasi/async.ts';

/** The transpiled module's file name; its core modules stand beside it as `component.core*.wasm`. */
export const COMPONENT_MODULE = 'component.js';

/** The file that holds a `JcoComponent`. */
export const COMPONENT_INFO = 'component.json';

/** What is known of a transpiled component without loading it. */
export type JcoComponent = {
  /** Interface names with their versions, as the component declares them. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
};

/**
 * Returns the options for `transpileBytes` of a component that imports `imports` (names with versions). The map keeps versions in
 * the module's import names, so that two versions of an interface stay two.
 */
export function createTranspileOptions(imports: readonly string[]) {
  return {
    name: 'component',
    instantiation: 'async' as const,
    asyncMode: 'jspi' as const,
    asyncImports: [...ASYNC_IMPORTS],
    asyncExports: [...ASYNC_EXPORTS],
    map: Object.fromEntries(imports.map((name) => [name, name])),
    base64Cutoff: 0,
    nodejsCompat: false,
    noComponentErrorWrapping: false,
    emitTypescriptDeclarations: false,
  };
}
