// Reads of a core module what a rewrite needs to know: its sections, what its index spaces hold, and its globals and memory.
// https://webassembly.github.io/spec/core/binary/modules.html

import { skipLimits, skipValueType } from '../../../../guest-runtime/link/core-type.ts';
import { BinaryReader } from '../../../../guest-runtime/link/reader.ts';
import { skipConstant } from './constant.ts';
import { NotRewritableError } from './not-rewritable.ts';

export const CORE_SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

export type CoreSection = { readonly id: number; readonly start: number; readonly end: number };

/** A defined global: `code` is its value type. */
export type CoreGlobal = { readonly code: number; readonly isMutable: boolean };

/** How many functions and globals are imported, and the names of each imported memory. */
type Imported = {
  readonly functions: number;
  readonly globals: number;
  readonly memories: readonly ImportName[];
};

export type ImportName = { readonly module: string; readonly name: string };

export type CoreExport = { readonly name: string; readonly kind: number; readonly index: number };

/** The kind of exports that are globals. */
export const GLOBAL_EXPORT = 3;

export type CoreSections = {
  readonly bytes: Uint8Array;
  readonly sections: readonly CoreSection[];
  readonly typeCount: number;
  readonly imported: Imported;
  readonly functionCount: number;
  readonly globals: readonly CoreGlobal[];
  /** Pages of the memory that the module defines. */
  readonly memory: { readonly initial: number; readonly maximum: number } | null;
  readonly exports: readonly CoreExport[];
  readonly hasStart: boolean;
};

const PREAMBLE_BYTES = 8;
const MAX_PAGES = 65536;

/** Reads a module. Throws a `NotRewritableError` for what rewriting does not know, and a `MalformedComponentError`. */
export function readCoreSections(bytes: Uint8Array): CoreSections {
  const reader = new BinaryReader(bytes, PREAMBLE_BYTES, bytes.length, { left: Number.MAX_SAFE_INTEGER });
  const sections: CoreSection[] = [];
  while (!reader.isAtEnd) sections.push({ id: reader.readByte(), ...reader.readRange('section') });
  const read = <T>(id: number, absent: T, readContent: (content: BinaryReader) => T): T => {
    const section = sections.find((candidate) => candidate.id === id);
    return section ? readContent(new BinaryReader(bytes, section.start, section.end, reader.budget)) : absent;
  };
  const imported = read<Imported>(CORE_SECTION.import, { functions: 0, memories: [], globals: 0 }, readImports);
  const memories = read(CORE_SECTION.memory, [], (content) => content.readVector(() => readMemory(content)));
  if (imported.memories.length + memories.length > 1) throw new NotRewritableError('several memories');
  return {
    bytes,
    sections,
    typeCount: read(CORE_SECTION.type, 0, countTypes),
    imported,
    functionCount: read(CORE_SECTION.function, 0, (content) => content.readU32()),
    globals: read(CORE_SECTION.global, [], (content) => content.readVector(() => readGlobal(content))),
    memory: memories[0] ?? null,
    exports: read(CORE_SECTION.export, [], (content) => content.readVector(() => readExport(content))),
    hasStart: sections.some(({ id }) => id === CORE_SECTION.start),
  };
}

const FUNCTION_TYPE = 0x60;

/** Counts types, all of them functions: others are of the GC proposal, whose objects cannot be put back. */
function countTypes(content: BinaryReader): number {
  return content.readVector(() => {
    if (content.readByte() !== FUNCTION_TYPE) throw new NotRewritableError('types of the GC proposal');
    content.readVector(() => skipValueType(content));
    content.readVector(() => skipValueType(content));
  }).length;
}

function readImports(content: BinaryReader): Imported {
  const memories: ImportName[] = [];
  let functions = 0;
  let globals = 0;
  content.readVector(() => {
    const names = { module: content.readName(), name: content.readName() };
    switch (content.readByte()) {
      case 0x00:
        content.readU32();
        functions++;
        break;
      case 0x01:
        skipValueType(content);
        skipLimits(content);
        break;
      case 0x02:
        readMemory(content);
        memories.push(names);
        break;
      case 0x03:
        skipValueType(content);
        content.readByte();
        globals++;
        break;
      default:
        content.readByte();
        content.readU32();
    }
  });
  return { functions, globals, memories };
}

const HAS_MAXIMUM = 1;

function readMemory(content: BinaryReader): { initial: number; maximum: number } {
  const flags = content.readByte();
  if (flags > HAS_MAXIMUM) throw new NotRewritableError('a memory that is shared, 64-bit or of other pages');
  const initial = content.readU32();
  return { initial, maximum: flags === HAS_MAXIMUM ? content.readU32() : MAX_PAGES };
}

function readExport(content: BinaryReader): CoreExport {
  return { name: content.readName(), kind: content.readByte(), index: content.readU32() };
}

function readGlobal(content: BinaryReader): CoreGlobal {
  const code = content.peekByte();
  skipValueType(content);
  const isMutable = content.readByte() === 1;
  skipConstant(content, () => undefined);
  return { code, isMutable };
}
