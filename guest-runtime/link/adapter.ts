// Chooses what makes a component of a core module, as Spin does: one of the two adapters from `wasi_snapshot_preview1` to WASI 0.2.
// https://github.com/spinframework/spin/tree/main/crates/componentize
// Looks at the names of exports and at what tools wrote into custom sections; wrapping the module is the host's part.

import type { Adapter } from '../../host/gen/runtime.ts';
import { BinaryReader } from './reader.ts';
import { readSections, SECTION } from './sections.ts';
import { isSpin1Handler, renameSpin1Module, type Spin1Module } from './spin-1-module.ts';

/** Why a core module cannot become a component, and how to mend it. */
export class UnadaptableModuleError extends Error {
  override readonly name = 'UnadaptableModuleError';
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

/** What of a core module the choice depends on. */
type ModuleTraits = {
  readonly functions: ReadonlySet<string>;
  /** Whether it carries the types of a component, as bindings generators leave them. */
  hasWorld: boolean;
  /** Of `wit-bindgen` and of `clang`, where the module names them. */
  bindgenVersion: string | null;
  clangVersion: string | null;
};

const CORE_EXPORT_SECTION = 7;
const PREAMBLE_BYTES = 8;
const FUNCTION_KIND = 0;
/** Allocators of bindings: a module with one is no plain program. */
const ALLOCATORS = ['cabi_realloc', 'canonical_abi_realloc'];
/** The first clang whose wasi-sdk has an allocator that does not corrupt memory (WebAssembly/wasi-libc, pull request 377). */
const SAFE_CLANG = [15, 0, 7];

const REBUILD = 'build it with a current SDK, for wasm32-wasip1 or wasm32-wasip2';

/** Tells whether bytes are a core module, from the preamble alone. */
export function isCoreModule(bytes: Uint8Array): boolean {
  return [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00].every((byte, at) => bytes[at] === byte);
}

/** How a core module becomes a component. */
export type Adaptation = { readonly adapter: Adapter; readonly spin1: Spin1Module | undefined };

/** Chooses how a core module is adapted. Throws `UnadaptableModuleError`, and `MalformedComponentError` for what is no module. */
export function chooseAdaptation(bytes: Uint8Array): Adaptation {
  const traits = readTraits(bytes);
  const isSpin1 = traits.bindgenVersion === null && [...traits.functions].some(isSpin1Handler);
  if (isSpin1) return { adapter: 'reactor', spin1: renameSpin1Module(bytes) };
  return { adapter: chooseAdapter(traits), spin1: undefined };
}

function chooseAdapter({ functions, hasWorld, bindgenVersion, clangVersion }: ModuleTraits): Adapter {
  if (bindgenVersion !== null) {
    if (/^0\.(?:[5-9]|\d\d+)(?:\.\w+)?$/.test(bindgenVersion)) return 'reactor';
    throw new UnadaptableModuleError(
      `a core module made with wit-bindgen ${bindgenVersion} cannot be adapted`,
      REBUILD,
    );
  }
  const hasAllocator = ALLOCATORS.some((name) => functions.has(name));
  if (functions.has('_start') && !hasWorld && !hasAllocator) {
    if (clangVersion === null || !isBefore(clangVersion, SAFE_CLANG)) return 'command';
    const message = `the core module was compiled with clang ${clangVersion}, whose C library corrupts memory`;
    throw new UnadaptableModuleError(message, 'build it with wasi-sdk 19 or later');
  }
  if (hasWorld) return 'reactor';
  throw new UnadaptableModuleError('a core module that is no program (`_start`) and names no world', REBUILD);
}

function readTraits(bytes: Uint8Array): ModuleTraits {
  const functions = new Set<string>();
  const traits: ModuleTraits = { functions, hasWorld: false, bindgenVersion: null, clangVersion: null };
  const reader = new BinaryReader(bytes, PREAMBLE_BYTES);
  while (!reader.isAtEnd) {
    const id = reader.readByte();
    const range = reader.readRange('section');
    const section = new BinaryReader(bytes, range.start, range.end, reader.budget);
    if (id === SECTION.custom) readCustomSection(section, traits);
    else if (id === CORE_EXPORT_SECTION) {
      section.readVector(() => {
        const name = section.readName();
        if (section.readByte() === FUNCTION_KIND) functions.add(name);
        section.readU32();
      });
    }
  }
  return traits;
}

function readCustomSection(section: BinaryReader, traits: ModuleTraits): void {
  const name = section.readName();
  if (name === 'producers') traits.clangVersion ??= producerOf(section, (tool) => tool === 'clang');
  if (!name.startsWith('component-type')) return;
  traits.hasWorld = true;
  // A module can have several worlds, of libraries among others. Older tools than these wrote no component here.
  const { bytes, offset, end } = section;
  if (bytes[offset] !== 0x00) return;
  for (const inner of readSections(bytes, offset, end)) {
    if (inner.id !== SECTION.custom) continue;
    const custom = new BinaryReader(bytes, inner.start, inner.end, section.budget);
    if (custom.readName() !== 'producers') continue;
    traits.bindgenVersion ??= producerOf(custom, (tool) => tool.startsWith('wit-bindgen'));
  }
}

/**
 * Finds a tool's version among those that processed a module.
 * https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
 */
function producerOf(section: BinaryReader, isWanted: (tool: string) => boolean): string | null {
  let version: string | null = null;
  section.readVector(() => {
    const field = section.readName();
    section.readVector(() => {
      const [tool, value] = [section.readName(), section.readName()];
      if (field === 'processed-by' && isWanted(tool)) version ??= value;
    });
  });
  return version;
}

/** Compares `14.0.6 (details)` with numbers; what is no such version is not before anything. */
function isBefore(version: string, bound: readonly number[]): boolean {
  const numbers = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  const at = numbers?.findIndex((number, index) => number !== bound[index]) ?? -1;
  return numbers !== undefined && at >= 0 && (numbers[at] ?? 0) < (bound[at] ?? 0);
}
