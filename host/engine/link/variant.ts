// Variants and the types that are written as variants: enums, options and results.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#despecialization

import { discriminantSize, joinFlat, type Layout, payloadOffset } from '../../../guest-runtime/link/layout.ts';
import type { Codec, CoreValue } from './codec.ts';
import type { LiftLowerContext } from './context.ts';
import { describe } from './primitive.ts';
import { Trap } from './trap.ts';

/** One case: its payload's codec, and how it looks in JavaScript. */
type Case = {
  readonly codec: Codec | null;
  readonly wrap: (payload: unknown) => unknown;
};

/** How a kind of variant looks in JavaScript: which case a value is, and the payload in it. */
type Shape = {
  readonly layout: Layout;
  readonly cases: readonly Case[];
  readonly indexOf: (value: unknown) => number;
  readonly payloadOf: (value: unknown) => unknown;
};

/** Creates the codec of a variant: `{ tag, val }`. */
export function createVariantCodec(
  layout: Layout,
  cases: readonly { readonly name: string; readonly codec: Codec | null }[],
): Codec {
  const indices = new Map(cases.map(({ name }, index) => [name, index]));
  return createCodec({
    layout,
    cases: cases.map(({ name: tag, codec }) => ({
      codec,
      wrap: codec === null ? () => ({ tag }) : (val) => ({ tag, val }),
    })),
    indexOf: (value) => requireCase(indices, (value as { tag?: unknown } | null | undefined)?.tag, value),
    payloadOf: (value) => (value as { val?: unknown }).val,
  });
}

/** Creates the codec of an enum: the case's name. */
export function createEnumCodec(layout: Layout, names: readonly string[]): Codec {
  const indices = new Map(names.map((name, index) => [name, index]));
  return createCodec({
    layout,
    cases: names.map((name) => ({ codec: null, wrap: () => name })),
    indexOf: (value) => requireCase(indices, value, value),
    payloadOf: () => undefined,
  });
}

/** Creates the codec of an option: the value or undefined. An option of an option is a variant, to tell its two nones apart. */
export function createOptionCodec(layout: Layout, element: Codec, isNested: boolean): Codec {
  if (isNested) {
    return createVariantCodec(layout, [
      { name: 'none', codec: null },
      { name: 'some', codec: element },
    ]);
  }
  return createCodec({
    layout,
    cases: [
      { codec: null, wrap: () => undefined },
      { codec: element, wrap: (payload) => payload },
    ],
    indexOf: (value) => (value === undefined || value === null ? 0 : 1),
    payloadOf: (value) => value,
  });
}

/** Creates the codec of a result inside another value, or of one between two components: `{ tag, val }`, also without a payload. */
export function createResultCodec(layout: Layout, ok: Codec | null, error: Codec | null): Codec {
  return createCodec({
    layout,
    cases: [
      { codec: ok, wrap: (val) => ({ tag: 'ok', val }) },
      { codec: error, wrap: (val) => ({ tag: 'err', val }) },
    ],
    indexOf: (value) => requireCase(RESULT_CASES, (value as { tag?: unknown } | null | undefined)?.tag, value),
    payloadOf: (value) => (value as { val?: unknown }).val,
  });
}

const RESULT_CASES: ReadonlyMap<string, number> = new Map([
  ['ok', 0],
  ['err', 1],
]);

function requireCase(indices: ReadonlyMap<string, number>, name: unknown, value: unknown): number {
  const index = typeof name === 'string' ? indices.get(name) : undefined;
  if (index !== undefined) return index;
  const known = [...indices.keys()].slice(0, 20).join(', ');
  throw new TypeError(`expected one of ${known}, not ${describe(typeof name === 'string' ? name : value)}`);
}

function createCodec({ layout, cases, indexOf, payloadOf }: Shape): Codec {
  const payloads = cases.map(({ codec }) => codec?.layout ?? null);
  const offset = payloadOffset(payloads);
  const discriminant = discriminantSize(cases.length);
  const joined = joinFlat(payloads);
  const caseAt = (index: number): Case => {
    const found = cases[index];
    if (found === undefined) throw new Trap(`variant has no case ${index}`);
    return found;
  };
  return {
    layout,
    ...(joined === '' && {
      single: {
        lift: (_context, core) => caseAt((core as number) >>> 0).wrap(undefined),
        lower: (_context, value) => indexOf(value),
      },
    }),
    load(context, pointer) {
      const { codec, wrap } = caseAt(loadDiscriminant(context, pointer, discriminant));
      return wrap(codec === null ? undefined : codec.load(context, pointer + offset));
    },
    store(context, value, pointer) {
      const index = indexOf(value);
      storeDiscriminant(context, pointer, discriminant, index);
      cases[index]?.codec?.store(context, payloadOf(value), pointer + offset);
    },
    liftFlat(context, flat, at) {
      const { codec, wrap } = caseAt((flat[at] as number) >>> 0);
      return wrap(codec === null ? undefined : liftPayload(context, codec, joined, flat, at + 1));
    },
    lowerFlat(context, value, flat) {
      const index = indexOf(value);
      flat.push(index);
      lowerPayload(context, cases[index]?.codec ?? null, joined, payloadOf(value), flat);
    },
  };
}

function loadDiscriminant({ memory }: LiftLowerContext, pointer: number, size: 1 | 2 | 4): number {
  if (size === 1) return memory.view.getUint8(pointer);
  return size === 2 ? memory.view.getUint16(pointer, true) : memory.view.getUint32(pointer, true);
}

function storeDiscriminant({ memory }: LiftLowerContext, pointer: number, size: 1 | 2 | 4, index: number): void {
  if (size === 1) memory.view.setUint8(pointer, index);
  else if (size === 2) memory.view.setUint16(pointer, index, true);
  else memory.view.setUint32(pointer, index, true);
}

/** Lifts the payload of one case from core values whose types are those that hold the payload of any case. */
function liftPayload(
  context: LiftLowerContext,
  codec: Codec,
  joined: string,
  flat: readonly CoreValue[],
  at: number,
): unknown {
  const wanted = codec.layout.flat;
  if (joined.startsWith(wanted)) return codec.liftFlat(context, flat, at);
  const coerced = Array.from(wanted, (want, index) =>
    liftCoerced(joined[index] as string, want, flat[at + index] as CoreValue),
  );
  return codec.liftFlat(context, coerced, 0);
}

function lowerPayload(
  context: LiftLowerContext,
  codec: Codec | null,
  joined: string,
  payload: unknown,
  flat: CoreValue[],
): void {
  const start = flat.length;
  codec?.lowerFlat(context, payload, flat);
  const own = codec?.layout.flat ?? '';
  for (let index = 0; index < joined.length; index++) {
    const want = joined[index] as string;
    const at = start + index;
    if (index >= own.length) flat.push(want === 'l' ? 0n : 0);
    else if (own[index] !== want) flat[at] = lowerCoerced(own[index] as string, want, flat[at] as CoreValue);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function liftCoerced(have: string, want: string, value: CoreValue): CoreValue {
  if (have === want) return value;
  if (want === 'd') {
    scratch.setBigInt64(0, value as bigint);
    return scratch.getFloat64(0);
  }
  const word = typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value;
  if (want === 'i') return word;
  scratch.setInt32(0, word);
  return scratch.getFloat32(0);
}

function lowerCoerced(have: string, want: string, value: CoreValue): CoreValue {
  if (have === 'd') {
    scratch.setFloat64(0, value as number);
    return scratch.getBigInt64(0);
  }
  let word = value as number;
  if (have === 'f') {
    scratch.setFloat32(0, word);
    word = scratch.getInt32(0);
  }
  return want === 'l' ? BigInt(word >>> 0) : word;
}
