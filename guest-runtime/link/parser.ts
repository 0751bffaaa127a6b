// Parses a component, and the components inside it, into definitions. Core modules stay where they are, as ranges of the bytes.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md

import { parseAlias } from './alias-parser.ts';
import { parseCanon } from './canon-parser.ts';
import { skipCoreType } from './core-type.ts';
import type { ComponentDefinition, Definition, NamedIndex } from './definition.ts';
import {
  readCoreSort,
  readExternDescription,
  readExternName,
  readNamedIndex,
  readPresence,
  readSort,
} from './extern-reader.ts';
import { BinaryReader, type ElementBudget, UnsupportedComponentError } from './reader.ts';
import { readSections, SECTION, type Section } from './sections.ts';
import { MAX_NESTING, parseType } from './type-parser.ts';

/**
 * Parses a component. Throws `MalformedComponentError`, or `UnsupportedComponentError` for what asynchronous components (WASI 0.3)
 * and other proposals add; both with the offset of the byte they mean.
 */
export function parseComponent(bytes: Uint8Array): ComponentDefinition {
  return parseNested(new BinaryReader(bytes), 0);
}

const DECLARING: ReadonlySet<number> = new Set([
  SECTION.custom,
  SECTION.coreType,
  SECTION.alias,
  SECTION.type,
  SECTION.import,
]);

/** Parses what a component declares of its imports, before anything else. Throws as `parseComponent` does, and when imports come later. */
export function parseImports(bytes: Uint8Array): ComponentDefinition {
  const definitions: Definition[] = [];
  const { budget } = new BinaryReader(bytes);
  let isDeclaring = true;
  for (const section of readSections(bytes)) {
    isDeclaring &&= DECLARING.has(section.id);
    if (isDeclaring) for (const definition of parseWhole(bytes, section, 0, budget)) definitions.push(definition);
    else if (section.id === SECTION.import)
      throw new UnsupportedComponentError('import behind other definitions', section.start);
  }
  return { definitions };
}

function parseNested(outer: BinaryReader, depth: number): ComponentDefinition {
  if (depth > MAX_NESTING) throw outer.malformed(`components nest deeper than ${MAX_NESTING}`);
  const definitions: Definition[] = [];
  for (const section of readSections(outer.bytes, outer.offset, outer.end)) {
    for (const definition of parseWhole(outer.bytes, section, depth, outer.budget)) definitions.push(definition);
  }
  return { definitions };
}

function parseWhole(bytes: Uint8Array, section: Section, depth: number, budget: ElementBudget): Definition[] {
  const reader = new BinaryReader(bytes, section.start, section.end, budget);
  const definitions = parseSection(reader, section, depth);
  if (!reader.isAtEnd) throw reader.malformed('section has more bytes than its elements');
  return definitions;
}

function parseSection(reader: BinaryReader, section: Section, depth: number): Definition[] {
  const offset = section.start;
  switch (section.id) {
    case SECTION.custom:
      reader.offset = section.end;
      return [];
    case SECTION.coreModule:
      reader.offset = section.end;
      return [{ offset, kind: 'core-module', bytes: reader.bytes, start: section.start, end: section.end }];
    case SECTION.component: {
      const component = parseNested(reader, depth + 1);
      reader.offset = section.end;
      return [{ offset, kind: 'component', component }];
    }
    case SECTION.start:
      throw reader.unsupported('start definition');
    case SECTION.value:
      throw reader.unsupported('value definition');
  }
  return reader.readVector(() => parseElement(reader, section.id, depth));
}

function parseElement(reader: BinaryReader, sectionId: number, depth: number): Definition {
  const offset = reader.offset;
  switch (sectionId) {
    case SECTION.coreInstance:
      return parseCoreInstance(reader);
    case SECTION.coreType:
      skipCoreType(reader);
      return { offset, kind: 'core-type' };
    case SECTION.instance:
      return parseInstance(reader);
    case SECTION.alias:
      return parseAlias(reader);
    case SECTION.type:
      return { offset, kind: 'type', type: parseType(reader, depth) };
    case SECTION.canon:
      return parseCanon(reader);
    case SECTION.import:
      return { offset, kind: 'import', name: readExternName(reader), description: readExternDescription(reader) };
    default:
      return parseExport(reader);
  }
}

function parseCoreInstance(reader: BinaryReader): Definition {
  const offset = reader.offset;
  const kind = reader.readByte();
  if (kind === 0) {
    const module = reader.readU32();
    return { offset, kind: 'core-instantiate', module, args: reader.readVector(() => readCoreArgument(reader)) };
  }
  if (kind !== 1) throw reader.malformed(`unknown kind ${kind} of core instance`, offset);
  return { offset, kind: 'core-exports', exports: reader.readVector(() => readCoreNamedIndex(reader)) };
}

function readCoreArgument(reader: BinaryReader): NamedIndex {
  const offset = reader.offset;
  const argument = readCoreNamedIndex(reader);
  if (argument.sort !== 'core-instance') throw reader.malformed('core modules are instantiated with instances', offset);
  return argument;
}

function readCoreNamedIndex(reader: BinaryReader): NamedIndex {
  return { name: reader.readName(), sort: readCoreSort(reader), index: reader.readU32() };
}

function parseInstance(reader: BinaryReader): Definition {
  const offset = reader.offset;
  const kind = reader.readByte();
  if (kind === 0) {
    const component = reader.readU32();
    const args = reader.readVector(() => readNamedIndex(reader, reader.readName()));
    return { offset, kind: 'instantiate', component, args };
  }
  if (kind !== 1) throw reader.malformed(`unknown kind ${kind} of instance`, offset);
  return { offset, kind: 'exports', exports: reader.readVector(() => readNamedIndex(reader, readExternName(reader))) };
}

function parseExport(reader: BinaryReader): Definition {
  const offset = reader.offset;
  const name = readExternName(reader);
  const sort = readSort(reader);
  const index = reader.readU32();
  const description = readPresence(reader, 'description') ? readExternDescription(reader) : null;
  return { offset, kind: 'export', name, sort, index, description };
}
