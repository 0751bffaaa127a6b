// What a file is, in the words of wasi:filesystem/types@0.2.

import type { BigIntStats } from 'node:fs';
import { datetimeFromMs } from '../clocks.ts';

/** `descriptor-type`. */
export type DescriptorType =
  | 'block-device'
  | 'character-device'
  | 'directory'
  | 'fifo'
  | 'symbolic-link'
  | 'regular-file'
  | 'socket'
  | 'unknown';

/** What `BigIntStats` and `Dirent` of node:fs have in common. */
type FileKind = Pick<
  BigIntStats,
  'isBlockDevice' | 'isCharacterDevice' | 'isDirectory' | 'isFIFO' | 'isFile' | 'isSocket' | 'isSymbolicLink'
>;

/** Converts what node:fs says of a file. */
export function descriptorTypeOf(kind: FileKind): DescriptorType {
  if (kind.isFile()) return 'regular-file';
  if (kind.isDirectory()) return 'directory';
  if (kind.isSymbolicLink()) return 'symbolic-link';
  if (kind.isBlockDevice()) return 'block-device';
  if (kind.isCharacterDevice()) return 'character-device';
  if (kind.isFIFO()) return 'fifo';
  return kind.isSocket() ? 'socket' : 'unknown';
}

/** Converts to `descriptor-stat`. */
export function descriptorStatOf(stat: BigIntStats) {
  return {
    type: descriptorTypeOf(stat),
    linkCount: stat.nlink,
    size: stat.size,
    dataAccessTimestamp: datetimeFromMs(Number(stat.atimeMs)),
    dataModificationTimestamp: datetimeFromMs(Number(stat.mtimeMs)),
    statusChangeTimestamp: datetimeFromMs(Number(stat.ctimeMs)),
  };
}

/** Converts to `metadata-hash-value`: differs whenever the file or its content does. */
export function metadataHashOf(stat: BigIntStats) {
  return {
    lower: BigInt.asUintN(64, stat.ino ^ (stat.mtimeNs << 1n)),
    upper: BigInt.asUintN(64, stat.dev ^ (stat.size << 32n)),
  };
}
