// The names of what a component imports and exports at its top level, with their versions.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#import-and-export-definitions
// It decodes those two sections alone and walks over all others, so a component of 12 MB takes no longer than a small one.

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
    if (section.id === SECTION.import) imports.push(...reader.readVector(() => readImport(reader)));
    else if (section.id === SECTION.export) exports.push(...reader.readVector(() => readExport(reader)));
    else continue;
    if (!reader.isAtEnd) throw reader.malformed('section has more bytes than its elements');
  }
  return { imports, exports };
}

function readImport(reader: BinaryReader): string {
  const name = readExternName(reader);
  skipExternDescription(reader);
  return name;
}

function readExport(reader: BinaryReader): string {
  const name = readExternName(reader);
  skipSort(reader);
  reader.readU32();
  if (readFlag(reader, 'export description')) skipExternDescription(reader);
  return name;
}

/** Reads the name of an import or export: a kind byte, the name, and for the newest kind a version suffix apart. */
export function readExternName(reader: BinaryReader): string {
  const kindOffset = reader.offset;
  const kind = reader.readByte();
  if (kind > 2) throw reader.malformed(`unknown kind ${kind} of an import or export name`, kindOffset);
  const name = reader.readName();
  return kind === 2 ? name + reader.readName() : name;
}

/** Reads the byte that says whether an optional element follows. */
export function readFlag(reader: BinaryReader, what: string): boolean {
  const offset = reader.offset;
  const flag = reader.readByte();
  if (flag > 1) throw reader.malformed(`${what} must be absent (0) or present (1), not ${flag}`, offset);
  return flag === 1;
}

function skipSort(reader: BinaryReader): void {
  const offset = reader.offset;
  const sort = reader.readByte();
  if (sort > 5) throw reader.malformed(`unknown sort ${sort}`, offset);
  if (sort === 0) reader.readByte();
}

function skipExternDescription(reader: BinaryReader): void {
  const offset = reader.offset;
  const sort = reader.readByte();
  if (sort > 5) throw reader.malformed(`unknown sort ${sort}`, offset);
  if (sort === 0) reader.readByte();
  if (sort === 2 || sort === 3) {
    const isFresh = readFlag(reader, 'bound');
    if (sort === 2 && isFresh) reader.readS33();
    if (isFresh) return;
  }
  reader.readU32();
}
