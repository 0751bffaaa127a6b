// Parses canonical definitions: how core functions become functions of the component, and the reverse.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#canonical-definitions

import type { CanonicalOptionIndices, Definition, StringEncoding } from './definition.ts';
import type { BinaryReader } from './reader.ts';

/** Built-ins of asynchronous components and of threads: known by name so that the error can say what is missing. */
const UNSUPPORTED: ReadonlyMap<number, string> = new Map([
  [0x05, 'canon task.cancel'],
  [0x06, 'canon subtask.cancel'],
  [0x07, 'canon resource.drop async'],
  [0x08, 'canon backpressure.set'],
  [0x09, 'canon task.return'],
  [0x0a, 'canon context.get'],
  [0x0b, 'canon context.set'],
  [0x0c, 'canon thread.yield'],
  [0x0d, 'canon subtask.drop'],
  [0x0e, 'canon stream.new'],
  [0x0f, 'canon stream.read'],
  [0x10, 'canon stream.write'],
  [0x11, 'canon stream.cancel-read'],
  [0x12, 'canon stream.cancel-write'],
  [0x13, 'canon stream.drop-readable'],
  [0x14, 'canon stream.drop-writable'],
  [0x15, 'canon future.new'],
  [0x16, 'canon future.read'],
  [0x17, 'canon future.write'],
  [0x18, 'canon future.cancel-read'],
  [0x19, 'canon future.cancel-write'],
  [0x1a, 'canon future.drop-readable'],
  [0x1b, 'canon future.drop-writable'],
  [0x1c, 'canon error-context.new'],
  [0x1d, 'canon error-context.debug-message'],
  [0x1e, 'canon error-context.drop'],
  [0x1f, 'canon waitable-set.new'],
  [0x20, 'canon waitable-set.wait'],
  [0x21, 'canon waitable-set.poll'],
  [0x22, 'canon waitable-set.drop'],
  [0x23, 'canon waitable.join'],
  [0x24, 'canon backpressure.inc'],
  [0x25, 'canon backpressure.dec'],
  [0x26, 'canon thread.index'],
  [0x27, 'canon thread.new-indirect'],
  [0x28, 'canon thread.switch-to'],
  [0x29, 'canon thread.suspend'],
  [0x2a, 'canon thread.resume-later'],
  [0x2b, 'canon thread.yield-to'],
  [0x40, 'canon thread.spawn-ref'],
  [0x41, 'canon thread.spawn-indirect'],
  [0x42, 'canon thread.available-parallelism'],
]);

export function parseCanon(reader: BinaryReader): Definition {
  const offset = reader.offset;
  const code = reader.readByte();
  switch (code) {
    case 0x00: {
      readFunctionSort(reader);
      const coreFunction = reader.readU32();
      const options = parseOptions(reader);
      return { offset, kind: 'lift', coreFunction, options, type: reader.readU32() };
    }
    case 0x01: {
      readFunctionSort(reader);
      const definition = { offset, kind: 'lower', function: reader.readU32(), options: parseOptions(reader) } as const;
      if (definition.options.postReturn !== null) throw reader.malformed('canon lower with post-return', offset);
      return definition;
    }
    case 0x02:
      return { offset, kind: 'resource-new', resource: reader.readU32() };
    case 0x03:
      return { offset, kind: 'resource-drop', resource: reader.readU32() };
    case 0x04:
      return { offset, kind: 'resource-rep', resource: reader.readU32() };
  }
  const unsupported = UNSUPPORTED.get(code);
  throw unsupported ? reader.unsupported(unsupported, offset) : reader.malformed(`unknown canon ${code}`, offset);
}

function readFunctionSort(reader: BinaryReader): void {
  const offset = reader.offset;
  if (reader.readByte() !== 0) throw reader.malformed('canon lift and lower are of functions', offset);
}

const ENCODINGS: readonly StringEncoding[] = ['utf8', 'utf16', 'latin1-utf16'];

function parseOptions(reader: BinaryReader): CanonicalOptionIndices {
  let encoding: StringEncoding | null = null;
  let memory: number | null = null;
  let realloc: number | null = null;
  let postReturn: number | null = null;
  const once = <T>(previous: T | null, value: T, offset: number): T => {
    if (previous !== null) throw reader.malformed('canonical option given twice', offset);
    return value;
  };
  reader.readVector(() => {
    const offset = reader.offset;
    const code = reader.readByte();
    const named = ENCODINGS[code];
    if (named) encoding = once(encoding, named, offset);
    else if (code === 0x03) memory = once(memory, reader.readU32(), offset);
    else if (code === 0x04) realloc = once(realloc, reader.readU32(), offset);
    else if (code === 0x05) postReturn = once(postReturn, reader.readU32(), offset);
    else if (code <= 0x09) throw reader.unsupported(`canonical option ${UNSUPPORTED_OPTIONS[code - 0x06]}`, offset);
    else throw reader.malformed(`unknown canonical option ${code}`, offset);
  });
  return { encoding: encoding ?? 'utf8', memory, realloc, postReturn };
}

const UNSUPPORTED_OPTIONS = ['async', 'callback', 'core-type', 'gc'];
