// Turns a component into the files that the jco engine loads (host/engine/jco): a JavaScript module, its core modules, and what
// the component imports and exports.

import { COMPONENT_INFO, createTranspileOptions, type JcoComponent } from '../engine/jco/transpile-options.ts';
import type { Generate } from './transpiler/entry.ts';

/** A file of a prepared component. The name has no folder. */
export type ComponentFile = { readonly name: string; readonly bytes: Uint8Array };

/** What a component imports and exports, by interface name with version. */
export type ComponentExterns = { readonly imports: readonly string[]; readonly exports: readonly string[] };

/** Transpiles a component whose externs are known already. Throws an `Error` that says why it cannot be. */
export function transpileComponent(
  generate: Generate,
  component: Uint8Array,
  externs: ComponentExterns,
): ComponentFile[] {
  const options = createTranspileOptions(externs.imports);
  const { files, imports } = generate(component, {
    name: options.name,
    instantiation: { tag: options.instantiation },
    asyncMode: { tag: options.asyncMode, val: { imports: options.asyncImports, exports: options.asyncExports } },
    map: Object.entries(options.map),
    base64Cutoff: options.base64Cutoff,
    noNodejsCompat: !options.nodejsCompat,
    noComponentErrorWrapping: options.noComponentErrorWrapping,
    noTypescript: !options.emitTypescriptDeclarations,
  });
  // The imports that the module asks for: an interface that gives only types is none of them.
  const info: JcoComponent = { imports, exports: externs.exports };
  return [
    ...files.map(([name, bytes]) => ({ name, bytes })),
    { name: COMPONENT_INFO, bytes: new TextEncoder().encode(JSON.stringify(info)) },
  ];
}
