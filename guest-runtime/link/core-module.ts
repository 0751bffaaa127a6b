// Reads of a core module what linking needs: its imports and exports with their types. Code and data are passed over.
// https://webassembly.github.io/spec/core/binary/modules.html

import { type CoreItemType, readDefinedTypes, readItemType } from './core-item-type.ts';
import { skipValueType } from './core-type.ts';
import type { Sort } from './definition.ts';
import type { Signature } from './layout.ts';
import { BinaryReader, type ElementBudget } from './reader.ts';

export type CoreImport = {
  readonly module: string;
  readonly name: string;
  readonly sort: Sort;
  /** Of a function; null where its types are none that the Canonical ABI uses. */
  readonly signature: Signature | null;
  /** Of anything else; null where it is not understood. */
  readonly type: CoreItemType | null;
};

export type CoreModule = {
  readonly imports: readonly CoreImport[];
  /** By name. */
  readonly exports: ReadonlyMap<string, Pick<CoreImport, 'sort' | 'signature' | 'type'>>;
};

const TYPE_SECTION = 1;
const IMPORT_SECTION = 2;
const FUNCTION_SECTION = 3;
const EXPORT_SECTION = 7;
/** Sections that define items, by their ids. */
const ITEM_SECTIONS: ReadonlyMap<number, Sort> = new Map([
  [4, 'core-table'],
  [5, 'core-memory'],
  [6, 'core-global'],
]);
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SORTS: readonly Sort[] = ['core-func', 'core-table', 'core-memory', 'core-global', 'core-tag'];

/** Reads the core module between `start` and `end`. Throws `MalformedComponentError`. */
export function readCoreModule(bytes: Uint8Array, start: number, end: number, budget: ElementBudget): CoreModule {
  const reader = new BinaryReader(bytes, start, end, budget);
  readPreamble(reader);
  let signatures: (Signature | null)[] = [];
  let imports: CoreImport[] = [];
  let functionSection: BinaryReader | null = null;
  const exports: CoreExport[] = [];
  const definedTypes = new Map<Sort, (CoreItemType | null)[]>();
  while (!reader.isAtEnd) {
    const id = reader.readByte();
    const range = reader.readRange('section');
    const section = new BinaryReader(bytes, range.start, range.end, budget);
    const sort = ITEM_SECTIONS.get(id);
    if (sort) definedTypes.set(sort, readDefinedTypes(section, sort));
    if (id === TYPE_SECTION) signatures = section.readVector(() => readRecursiveTypes(section)).flat();
    else if (id === IMPORT_SECTION) imports = section.readVector(() => readImport(section, signatures));
    else if (id === FUNCTION_SECTION) functionSection = section;
    else if (id === EXPORT_SECTION) {
      section.readVector(() => {
        exports.push({ name: section.readName(), sort: readSort(section), index: section.readU32() });
      });
    }
  }
  const functions = imports.filter(({ sort }) => sort === 'core-func');
  const defined = exports.filter(({ sort, index }) => sort === 'core-func' && index >= functions.length);
  const types =
    functionSection && readTypesAt(functionSection, new Set(defined.map(({ index }) => index - functions.length)));
  const signatureOf = ({ sort, index }: CoreExport): Signature | null => {
    if (sort !== 'core-func') return null;
    const imported = functions[index];
    return imported ? imported.signature : (signatures[types?.get(index - functions.length) ?? -1] ?? null);
  };
  const typeOf = createTypeFinder(imports, definedTypes);
  return {
    imports,
    exports: new Map(
      exports.map((entry) => [
        entry.name,
        { sort: entry.sort, signature: signatureOf(entry), type: typeOf(entry.sort, entry.index) },
      ]),
    ),
  };
}

/** Returns what gives the type of an item by its index: imported items come first. */
function createTypeFinder(
  imports: readonly CoreImport[],
  defined: ReadonlyMap<Sort, readonly (CoreItemType | null)[]>,
) {
  const all = new Map<Sort, (CoreItemType | null)[]>();
  for (const { sort, type } of imports) {
    const types = all.get(sort);
    if (types) types.push(type);
    else all.set(sort, [type]);
  }
  for (const [sort, types] of defined) all.set(sort, [...(all.get(sort) ?? []), ...types]);
  return (sort: Sort, index: number): CoreItemType | null => all.get(sort)?.[index] ?? null;
}

type CoreExport = { readonly name: string; readonly sort: Sort; readonly index: number };

/**
 * Reads the type indices of some functions out of the function section. Large modules have tens of thousands, of which few are asked
 * for: the others are passed over.
 */
function readTypesAt(section: BinaryReader, functions: ReadonlySet<number>): Map<number, number> {
  const types = new Map<number, number>();
  const count = section.readCount();
  const { bytes, end } = section;
  let passed = 0;
  for (const index of [...functions].sort((a, b) => a - b)) {
    if (index >= count) break;
    let { offset } = section;
    // Each integer ends with its first byte below 0x80.
    for (; passed < index && offset < end; offset++) if ((bytes[offset] as number) < 0x80) passed++;
    section.offset = offset;
    types.set(index, section.readU32());
    passed++;
  }
  return types;
}

function readPreamble(reader: BinaryReader): void {
  const start = reader.offset;
  for (const expected of PREAMBLE)
    if (reader.readByte() !== expected) throw reader.malformed('not a core module', start);
}

function readSort(reader: BinaryReader): Sort {
  const offset = reader.offset;
  const kind = reader.readByte();
  const sort = SORTS[kind];
  if (!sort) throw reader.malformed(`unknown kind ${kind} of core import or export`, offset);
  return sort;
}

function readImport(reader: BinaryReader, signatures: readonly (Signature | null)[]): CoreImport {
  const module = reader.readName();
  const name = reader.readName();
  const sort = readSort(reader);
  if (sort !== 'core-func') return { module, name, sort, signature: null, type: readItemType(reader, sort) };
  return { module, name, sort, signature: signatures[reader.readU32()] ?? null, type: null };
}

/** Reads a group of types that refer to each other, or one type alone: a signature for each function type, null for the others. */
function readRecursiveTypes(reader: BinaryReader): (Signature | null)[] {
  if (reader.peekByte() !== 0x4e) return [readSubType(reader)];
  reader.readByte();
  return reader.readVector(() => readSubType(reader));
}

function readSubType(reader: BinaryReader): Signature | null {
  const first = reader.peekByte();
  if (first === 0x50 || first === 0x4f) {
    reader.readByte();
    reader.readVector(() => reader.readU32());
  }
  const offset = reader.offset;
  const code = reader.readByte();
  switch (code) {
    case 0x60:
      return `${readFlat(reader)}:${readFlat(reader)}`;
    case 0x5f:
      reader.readVector(() => skipField(reader));
      return null;
    case 0x5e:
      skipField(reader);
      return null;
  }
  throw reader.malformed(`unknown core type ${code}`, offset);
}

const LETTERS: ReadonlyMap<number, string> = new Map([
  [0x7f, 'i'],
  [0x7e, 'l'],
  [0x7d, 'f'],
  [0x7c, 'd'],
]);

/** Reads value types as letters. Vectors and references get one that no flattened type has. */
function readFlat(reader: BinaryReader): string {
  const letters = reader.readVector(() => {
    const letter = LETTERS.get(reader.peekByte());
    skipValueType(reader);
    return letter ?? '?';
  });
  return letters.join('');
}

function skipField(reader: BinaryReader): void {
  skipValueType(reader);
  reader.readByte();
}
