// Cuts a component into its sections without looking inside them.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions

import { BinaryReader } from './reader.ts';

/** The section ids of a component. */
export const SECTION = {
  custom: 0,
  coreModule: 1,
  coreInstance: 2,
  coreType: 3,
  component: 4,
  instance: 5,
  alias: 6,
  type: 7,
  canon: 8,
  start: 9,
  import: 10,
  export: 11,
  value: 12,
} as const;

/** One section's content: `start` and `end` are offsets in the file. */
export type Section = { readonly id: number; readonly start: number; readonly end: number };

const MAGIC = 0x6d736100; // "\0asm", little endian
const COMPONENT_VERSION = 0x0d;
const PREAMBLE_BYTES = 8;

/**
 * Walks the sections of the component between `start` and `end`, one at a time and in their order.
 * Throws `MalformedComponentError` for a core module, another version of the format, an unknown section or one that is cut short.
 */
export function* readSections(bytes: Uint8Array, start = 0, end = bytes.length): Generator<Section, void> {
  readPreamble(bytes, start, end);
  const reader = new BinaryReader(bytes, start + PREAMBLE_BYTES, end);
  while (!reader.isAtEnd) {
    const idOffset = reader.offset;
    const id = reader.readByte();
    if (id > SECTION.value) throw reader.malformed(`unknown section ${id}`, idOffset);
    yield { id, ...reader.readRange('section') };
  }
}

function readPreamble(bytes: Uint8Array, start: number, end: number): void {
  const reader = new BinaryReader(bytes, start, end);
  if (end - start < PREAMBLE_BYTES) throw reader.malformed('not a component: shorter than a preamble');
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, PREAMBLE_BYTES);
  if (view.getUint32(0, true) !== MAGIC) throw reader.malformed('not a component: no WebAssembly magic');
  const version = view.getUint16(4, true);
  const layer = view.getUint16(6, true);
  if (layer === 0 && version === 1) throw reader.malformed('not a component but a core module', start + 4);
  if (layer !== 1) throw reader.malformed(`not a component: unknown layer ${layer}`, start + 6);
  if (version !== COMPONENT_VERSION) throw reader.malformed(`unknown component format version ${version}`, start + 4);
}
