// Parses aliases.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#alias-definitions

import type { Definition, Sort } from './definition.ts';
import { readSort } from './extern-reader.ts';
import type { BinaryReader } from './reader.ts';

const OUTER_SORTS: readonly Sort[] = ['type', 'component', 'core-type', 'core-module'];

export function parseAlias(reader: BinaryReader): Definition {
  const offset = reader.offset;
  const sort = readSort(reader);
  const targetOffset = reader.offset;
  const target = reader.readByte();
  switch (target) {
    case 0x00:
      return { offset, kind: 'alias-export', sort, instance: reader.readU32(), name: reader.readName() };
    case 0x01:
      return { offset, kind: 'alias-core-export', sort, instance: reader.readU32(), name: reader.readName() };
    case 0x02:
      if (!OUTER_SORTS.includes(sort)) throw reader.malformed(`an outer alias cannot be of the sort ${sort}`, offset);
      return { offset, kind: 'alias-outer', sort, count: reader.readU32(), index: reader.readU32() };
  }
  throw reader.malformed(`unknown target ${target} of an alias`, targetOffset);
}
