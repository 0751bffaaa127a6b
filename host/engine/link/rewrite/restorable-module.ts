// Rewrites a core module so that the host can put its instances back to a snapshot: what changes while it runs is exported, and the
// size of its memory becomes a global. `memory.grow` and `memory.size` work on that global, because V8 cannot shrink a memory; the
// real memory only ever grows. The global beside it is the limit of that size, which the host may lower.
// Nothing changes for the module itself, except that bytes between its own and the real size of the memory do not trap.

import { BinaryReader } from '../../../../guest-runtime/link/reader.ts';
import { concatenate, type Piece } from '../../../bytes.ts';
import { encodeLeb, encodeName, encodeSection, encodeSignedLeb } from './bytes.ts';
import { skipDataSegment, skipElementSegment, skipGlobal, skipTable } from './constant.ts';
import {
  CORE_SECTION,
  type CoreExport,
  type CoreSection,
  type CoreSections,
  GLOBAL_EXPORT,
  type ImportName,
  readCoreSections,
} from './core-sections.ts';
import { type InstructionVisitor, walkInstructions } from './instruction.ts';
import { NotRewritableError } from './not-rewritable.ts';

/** Names of the exports and imports that a rewrite adds. */
export const ADDED = {
  importModule: 'restore',
  memory: 'restore:memory',
  size: 'restore:size',
  limit: 'restore:limit',
  global: (index: number) => `restore:global-${index}`,
} as const;

export type RestorableModule = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Exported mutable globals that the module defines. */
  readonly globals: readonly string[];
  /** Whether it defines a memory: exported with its size and limit. */
  readonly definesMemory: boolean;
  /** The memory that it imports. */
  readonly memoryImport: ImportName | null;
  /** Whether it imports `ADDED.size` and `ADDED.limit` of the instance that defines the memory it imports. */
  readonly importsSize: boolean;
  /** Whether instantiating it runs code. */
  readonly hasStart: boolean;
};

/** The order in which sections stand in a module. */
const SECTION_ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

const I32 = 0x7f;
const MEMORY_EXPORT = 2;
/** Size and limit. */
const ADDED_GLOBALS = 2;
const MUTABLE = 1;
/** Value types that a global of the JavaScript API gives back as they were. */
const RESTORABLE_TYPES = [0x7f, 0x7e, 0x7d, 0x7c];

/** Where the added globals and the added function stand among the module's. */
type Indices = { readonly size: number; readonly limit: number; readonly grow: number; readonly shiftFrom: number };

/** Throws a `NotRewritableError` or an `UnknownInstructionError` that says what keeps the module from being restorable. */
export function rewriteRestorable(bytes: Uint8Array): RestorableModule {
  const module = readCoreSections(bytes);
  const definesMemory = module.memory !== null;
  const code = scanCode(module);
  const importsSize = module.imported.memories.length > 0 && code.usesMemorySize;
  if (importsSize) requireNoConstantGlobals(module);
  const saved = module.globals.flatMap((global, index) => (global.isMutable ? [{ ...global, index }] : []));
  for (const { code: type } of saved) {
    if (!RESTORABLE_TYPES.includes(type))
      throw new NotRewritableError(`a mutable global of type 0x${type.toString(16)}`);
  }
  const added = [ADDED.memory, ADDED.size, ADDED.limit, ...saved.map(({ index }) => ADDED.global(index))];
  if (module.exports.some(({ name }) => added.includes(name)))
    throw new NotRewritableError('exports of the names a rewrite adds');
  const indices = placeAdded(module, importsSize);
  const hasVirtualSize = definesMemory || importsSize;
  const exports = [
    ...module.exports.map((entry) => (entry.kind === GLOBAL_EXPORT ? shiftGlobal(entry, indices) : entry)),
    ...addedExports(module, saved, indices),
  ];
  const replaced = new Map<number, Piece[]>([[CORE_SECTION.export, encodeExports(exports)]]);
  if (hasVirtualSize) {
    replaced.set(CORE_SECTION.type, appendTo(module, CORE_SECTION.type, [[0x60, 1, I32, 1, I32]]));
    replaced.set(CORE_SECTION.function, appendTo(module, CORE_SECTION.function, [encodeLeb(module.typeCount)]));
    replaced.set(CORE_SECTION.code, rewriteCode(module, indices, code));
  }
  if (module.memory)
    replaced.set(CORE_SECTION.global, appendTo(module, CORE_SECTION.global, sizeGlobals(module.memory)));
  if (importsSize) replaced.set(CORE_SECTION.import, appendTo(module, CORE_SECTION.import, sizeImports()));
  return {
    bytes: assemble(module, replaced),
    globals: saved.map(({ index }) => ADDED.global(index)),
    definesMemory,
    memoryImport: module.imported.memories[0] ?? null,
    importsSize,
    hasStart: module.hasStart,
  };
}

function placeAdded(module: CoreSections, importsSize: boolean): Indices {
  const { imported } = module;
  const size = importsSize ? imported.globals : imported.globals + module.globals.length;
  const grow = imported.functions + module.functionCount;
  return { size, limit: size + 1, grow, shiftFrom: importsSize ? imported.globals : Number.POSITIVE_INFINITY };
}

function shiftGlobal<T extends { readonly index: number }>(global: T, { shiftFrom }: Indices): T {
  return global.index >= shiftFrom ? { ...global, index: global.index + ADDED_GLOBALS } : global;
}

function addedExports(
  module: CoreSections,
  saved: readonly { readonly index: number }[],
  indices: Indices,
): CoreExport[] {
  const globals = saved.map(({ index }) =>
    shiftGlobal({ name: ADDED.global(index), kind: GLOBAL_EXPORT, index: module.imported.globals + index }, indices),
  );
  if (module.memory === null) return globals;
  return [
    ...globals,
    { name: ADDED.memory, kind: MEMORY_EXPORT, index: 0 },
    { name: ADDED.size, kind: GLOBAL_EXPORT, index: indices.size },
    { name: ADDED.limit, kind: GLOBAL_EXPORT, index: indices.limit },
  ];
}

function encodeExports(exports: readonly CoreExport[]): Piece[] {
  const entries = exports.map(({ name, kind, index }) => [...encodeName(name), kind, ...encodeLeb(index)]);
  return encodeSection(CORE_SECTION.export, [encodeLeb(entries.length), ...entries]);
}

/** Refuses constant expressions that name a global which a rewrite would move: they are rare, and are not rewritten. */
function requireNoConstantGlobals(module: CoreSections): void {
  const visitGlobal = (index: number) => {
    if (index >= module.imported.globals) throw new NotRewritableError('a constant that names a global');
  };
  for (const { id, start, end } of module.sections) {
    const content = new BinaryReader(module.bytes, start, end, { left: Number.MAX_SAFE_INTEGER });
    if (id === CORE_SECTION.global) content.readVector(() => skipGlobal(content, visitGlobal));
    else if (id === CORE_SECTION.data) content.readVector(() => skipDataSegment(content, visitGlobal));
    else if (id === CORE_SECTION.element) content.readVector(() => skipElementSegment(content, visitGlobal));
    else if (id === CORE_SECTION.table) content.readVector(() => skipTable(content));
  }
}

function sizeGlobals({ initial, maximum }: { readonly initial: number; readonly maximum: number }): Piece[] {
  return [initial, Math.min(maximum, 65536)].map((value) => [I32, MUTABLE, 0x41, ...encodeSignedLeb(value), 0x0b]);
}

function sizeImports(): Piece[] {
  return [ADDED.size, ADDED.limit].map((name) => [
    ...encodeName(ADDED.importModule),
    ...encodeName(name),
    3,
    I32,
    MUTABLE,
  ]);
}

/** Returns the section of a vector with more elements at its end. */
function appendTo(module: CoreSections, id: number, elements: readonly Piece[]): Piece[] {
  const section = module.sections.find((candidate) => candidate.id === id);
  if (section === undefined) return encodeSection(id, [encodeLeb(elements.length), ...elements]);
  const reader = new BinaryReader(module.bytes, section.start, section.end);
  const count = reader.readU32() + elements.length;
  return encodeSection(id, [encodeLeb(count), module.bytes.subarray(reader.offset, section.end), ...elements]);
}

/** An instruction that a rewrite may replace, from `start` to `end`: one of the memory's size, or of the global `index`. */
type Site = { readonly opcode: number; readonly index: number | null; readonly start: number; readonly end: number };

/** A function's body with such instructions. `prefix` is where its length is written. */
type Body = { readonly prefix: number; readonly start: number; readonly end: number; readonly sites: readonly Site[] };

/** What a rewrite must know of a module's code: `start` is where its first body is, and `count` how many there are. */
type Code = {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly usesMemorySize: boolean;
  readonly bodies: readonly Body[];
};

/** Finds what a rewrite replaces. Throws for what cannot be put back. */
function scanCode({ bytes, sections, imported }: CoreSections): Code {
  const section = sections.find(({ id }) => id === CORE_SECTION.code);
  if (section === undefined) return { start: 0, end: 0, count: 0, usesMemorySize: false, bodies: [] };
  const bodies: Body[] = [];
  let sites: Site[] = [];
  let usesMemorySize = false;
  const visitor: InstructionVisitor = {
    memorySize: (opcode, start, end) => {
      usesMemorySize = true;
      sites.push({ opcode, index: null, start, end });
    },
    // Only a module that imports a memory may get imports, which move its globals.
    global: (opcode, index, start, end) => {
      if (imported.memories.length > 0) sites.push({ opcode, index, start, end });
    },
    irreversible: (name) => {
      throw new NotRewritableError(name);
    },
  };
  const reader = new BinaryReader(bytes, section.start, section.end);
  const count = reader.readU32();
  const first = reader.offset;
  for (let left = count; left > 0; left--) {
    const prefix = reader.offset;
    const { start, end } = reader.readRange('function');
    walkInstructions(bytes, skipLocals(bytes, start, end), end, visitor);
    if (sites.length === 0) continue;
    bodies.push({ prefix, start, end, sites });
    sites = [];
  }
  return { start: first, end: section.end, count, usesMemorySize, bodies };
}

/** Returns where the instructions of a body start. */
function skipLocals(bytes: Uint8Array, start: number, end: number): number {
  const locals = new BinaryReader(bytes, start, end);
  locals.readVector(() => {
    locals.readU32();
    while (locals.readByte() >= 0x80);
  });
  return locals.offset;
}

/** Bytes from `start` to `end` that others take the place of. */
type Edit = { readonly start: number; readonly end: number; readonly bytes: readonly number[] };

function rewriteCode({ bytes }: CoreSections, indices: Indices, code: Code): Piece[] {
  const pieces: Piece[] = [];
  // Most functions stay as they are, with all that is between those that change.
  let at = code.start;
  for (const { prefix, start, end, sites } of code.bodies) {
    const edits = sites.flatMap((site) => editOf(site, indices) ?? []);
    const length = edits.reduce((sum, edit) => sum + edit.bytes.length - (edit.end - edit.start), end - start);
    pieces.push(bytes.subarray(at, prefix), encodeLeb(length));
    at = start;
    for (const edit of edits) {
      pieces.push(bytes.subarray(at, edit.start), edit.bytes);
      at = edit.end;
    }
  }
  const grow = growBody(indices);
  const rest = bytes.subarray(at, code.end);
  return encodeSection(CORE_SECTION.code, [encodeLeb(code.count + 1), ...pieces, rest, encodeLeb(grow.length), grow]);
}

function editOf({ opcode, index, start, end }: Site, { size, grow, shiftFrom }: Indices): Edit | null {
  if (index === null) {
    return { start, end, bytes: opcode === 0x40 ? [0x10, ...encodeLeb(grow)] : [0x23, ...encodeLeb(size)] };
  }
  return index >= shiftFrom ? { start, end, bytes: [opcode, ...encodeLeb(index + ADDED_GLOBALS)] } : null;
}

/** The function that takes the place of `memory.grow`: adds to the size, and to the real memory what it lacks. */
function growBody({ size, limit }: Indices): number[] {
  const getSize = [0x23, ...encodeLeb(size)];
  const getLimit = [0x23, ...encodeLeb(limit)];
  const [getDelta, getNew] = [
    [0x20, 0],
    [0x20, 1],
  ] as const;
  const realSize = [0x3f, 0];
  const fail = [0x04, 0x40, 0x41, 0x7f, 0x0f, 0x0b];
  return [
    ...[1, 1, I32],
    // new = size + delta; fails when it overflows or is beyond the limit
    ...[...getSize, ...getDelta, 0x6a, 0x22, 1, ...getSize, 0x49],
    ...[...getNew, ...getLimit, 0x4b, 0x72, ...fail],
    // when the real memory is smaller, it grows by the rest; fails when it cannot
    ...[...getNew, ...realSize, 0x4b, 0x04, 0x40],
    ...[...getNew, ...realSize, 0x6b, 0x40, 0, 0x41, 0x7f, 0x46, ...fail, 0x0b],
    // returns the old size
    ...[...getSize, ...getNew, 0x24, ...encodeLeb(size), 0x0b],
  ];
}

function assemble(module: CoreSections, replaced: ReadonlyMap<number, Piece[]>): Uint8Array<ArrayBuffer> {
  const pieces: Piece[] = [module.bytes.subarray(0, 8)];
  for (const id of SECTION_ORDER) {
    const replacement = replaced.get(id);
    const section = module.sections.find((candidate) => candidate.id === id);
    if (replacement) pieces.push(...replacement);
    else if (section) pieces.push(...encodeSection(id, [module.bytes.subarray(section.start, section.end)]));
  }
  // Functions keep their numbers, so their names, which stack traces show, stay true. No other custom section is of use.
  const names = module.sections.find((section) => section.id === CORE_SECTION.custom && isNameSection(module, section));
  if (names) pieces.push(...encodeSection(CORE_SECTION.custom, [module.bytes.subarray(names.start, names.end)]));
  return concatenate(pieces);
}

function isNameSection(module: CoreSections, { start, end }: CoreSection): boolean {
  return new BinaryReader(module.bytes, start, end).readName() === 'name';
}
