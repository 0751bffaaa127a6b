// The names of what a component imports and exports at its top level, with their versions.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#import-and-export-definitions
// It decodes those two sections alone and walks over all others, so a component of 12 MB takes no longer than a small one.

import { readExternDescription, readExternName, readPresence, readSort } from './extern-reader.ts';
import { BinaryReader } from './reader.ts';
import { readSections, SECTION } from './sections.ts';

/** Names in their order in the component, such as `wasi:http/types@0.2.3`. */
export type ComponentExterns = { readonly imports: readonly string[]; readonly exports: readonly string[] };

/** Reads the top-level import and export names of a component. Throws `MalformedComponentError` for anything else. */
export function readComponentExterns(bytes: Uint8Array): ComponentExterns {
  const imports: string[] = [];
  const exports: string[] = [];
  for (const section of readSections(bytes)) {
    const reader = new BinaryReader(bytes, section.start, section.end);
    if (section.id === SECTION.import) reader.readVector(() => imports.push(readImport(reader)));
    else if (section.id === SECTION.export) reader.readVector(() => exports.push(readExport(reader)));
    else continue;
    if (!reader.isAtEnd) throw reader.malformed('section has more bytes than its elements');
  }
  return { imports, exports };
}

function readImport(reader: BinaryReader): string {
  const name = readExternName(reader);
  readExternDescription(reader);
  return name;
}

function readExport(reader: BinaryReader): string {
  const name = readExternName(reader);
  readSort(reader);
  reader.readU32();
  if (readPresence(reader, 'description')) readExternDescription(reader);
  return name;
}
