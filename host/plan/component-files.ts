// Turns a linked component into the files that an engine loads: for the link engine its plan and core modules, for the jco engine a
// JavaScript module and its core modules. Both have a description beside them.

import { COMPONENT_INFO, createTranspileOptions, type JcoComponent } from '../engine/jco/transpile-options.ts';
import { createLinkFiles } from '../engine/link/files.ts';
import type { LinkPlan } from '../gen/runtime.ts';
import type { Generate } from './transpiler/entry.ts';

/** A file of a prepared component. The name has no folder. */
export type ComponentFile = { readonly name: string; readonly bytes: Uint8Array };

/** What a component imports and exports, by interface name with version. */
export type ComponentExterns = { readonly imports: readonly string[]; readonly exports: readonly string[] };

/** The content of the file `COMPONENT_INFO`. */
export type ComponentInfo = JcoComponent & { readonly engine: 'jco' | 'link' };

/** Makes the files for the engine that executes link plans. */
export function createLinkedFiles(plan: LinkPlan, sources: readonly Uint8Array[]): ComponentFile[] {
  const info: ComponentInfo = { engine: 'link', imports: plan.imports, exports: plan.exports };
  return [...createLinkFiles(plan, sources), createInfoFile(info)];
}

/** Transpiles a component for the jco engine. Throws an `Error` that says why it cannot be. */
export function createTranspiledFiles(
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
  const info: ComponentInfo = { engine: 'jco', imports, exports: externs.exports };
  return [...files.map(([name, bytes]) => ({ name, bytes })), createInfoFile(info)];
}

function createInfoFile(info: ComponentInfo): ComponentFile {
  return { name: COMPONENT_INFO, bytes: new TextEncoder().encode(JSON.stringify(info)) };
}
