// How values of a type lie in linear memory, and which core values they flatten to.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#alignment and the sections behind it.
// Shared by the linker, which checks core signatures with it, and by the engine, which lifts and lowers with it.

import type { PlanFunctionType, PlanPrimitive, PlanType, TypeIndex } from '../../host/gen/runtime.ts';

/** A function whose parameters flatten to more core values takes them in memory. */
export const MAX_FLAT_PARAMS = 16;
export const MAX_FLAT_RESULTS = 1;

/** Core value types, one letter each: `i` is i32, `l` i64, `f` f32, `d` f64. */
export type Flat = string;

/** `flat` is cut to `MAX_FLAT_PARAMS + 1` letters: more never matter, and a type can flatten to more than memory can hold. */
export type Layout = { readonly size: number; readonly alignment: number; readonly flat: Flat };

const PRIMITIVE_LAYOUTS: Readonly<Record<PlanPrimitive, Layout>> = {
  bool: { size: 1, alignment: 1, flat: 'i' },
  s8: { size: 1, alignment: 1, flat: 'i' },
  u8: { size: 1, alignment: 1, flat: 'i' },
  s16: { size: 2, alignment: 2, flat: 'i' },
  u16: { size: 2, alignment: 2, flat: 'i' },
  s32: { size: 4, alignment: 4, flat: 'i' },
  u32: { size: 4, alignment: 4, flat: 'i' },
  s64: { size: 8, alignment: 8, flat: 'l' },
  u64: { size: 8, alignment: 8, flat: 'l' },
  f32: { size: 4, alignment: 4, flat: 'f' },
  f64: { size: 8, alignment: 8, flat: 'd' },
  char: { size: 4, alignment: 4, flat: 'i' },
  string: { size: 8, alignment: 4, flat: 'ii' },
};

const LIST_LAYOUT: Layout = PRIMITIVE_LAYOUTS.string;
const HANDLE_LAYOUT: Layout = PRIMITIVE_LAYOUTS.u32;

/** Returns the layout of a type whose parts' layouts are known. */
export function layoutOf(type: PlanType, layouts: readonly Layout[]): Layout {
  switch (type.tag) {
    case 'primitive':
      return PRIMITIVE_LAYOUTS[type.val];
    case 'list':
      return LIST_LAYOUT;
    case 'own':
    case 'borrow':
      return HANDLE_LAYOUT;
    case 'flags':
      return flagsLayout(type.val.length);
    case 'record':
      return recordLayout(type.val.map((field) => layoutAt(layouts, field.type)));
    case 'tuple':
      return recordLayout(type.val.map((element) => layoutAt(layouts, element.type)));
    default:
      return variantLayout(casesOf(type).map((index) => (index === undefined ? null : layoutAt(layouts, index))));
  }
}

/** Returns the layouts of a plan's types, in their order. */
export function layoutsOf(types: readonly PlanType[]): Layout[] {
  const layouts: Layout[] = [];
  for (const type of types) layouts.push(layoutOf(type, layouts));
  return layouts;
}

export function layoutAt(layouts: readonly Layout[], index: TypeIndex): Layout {
  const layout = layouts[index];
  if (!layout) throw new RangeError(`no type ${index}`);
  return layout;
}

/** Returns the payload types of a variant, enum, option or result, in the order of their cases. */
export function casesOf(type: PlanType): readonly (TypeIndex | undefined)[] {
  switch (type.tag) {
    case 'variant':
      return type.val.map((variantCase) => variantCase.type);
    case 'enum':
      return type.val.map(() => undefined);
    case 'option':
      return [undefined, type.val];
    case 'result':
      return [type.val.ok, type.val.error];
    default:
      throw new TypeError(`${type.tag} has no cases`);
  }
}

export function alignTo(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** Returns the layout of values one behind the other: a record, a tuple, or the parameters of a function. */
export function recordLayout(fields: readonly Layout[]): Layout {
  let size = 0;
  let alignment = 1;
  let flat = '';
  for (const field of fields) {
    size = alignTo(size, field.alignment) + field.size;
    alignment = Math.max(alignment, field.alignment);
    if (flat.length <= MAX_FLAT_PARAMS) flat = cut(flat + field.flat);
  }
  return { size: alignTo(size, alignment), alignment, flat };
}

/** Returns the bytes of the discriminant of a variant with `count` cases. */
export function discriminantSize(count: number): 1 | 2 | 4 {
  return count <= 0x100 ? 1 : count <= 0x10000 ? 2 : 4;
}

/** Returns where the payload of a variant starts, behind its discriminant. */
export function payloadOffset(cases: readonly (Layout | null)[]): number {
  return alignTo(discriminantSize(cases.length), payloadAlignment(cases));
}

function payloadAlignment(cases: readonly (Layout | null)[]): number {
  return cases.reduce((largest, payload) => Math.max(largest, payload?.alignment ?? 1), 1);
}

function variantLayout(cases: readonly (Layout | null)[]): Layout {
  const alignment = Math.max(discriminantSize(cases.length), payloadAlignment(cases));
  const payloadSize = cases.reduce((largest, payload) => Math.max(largest, payload?.size ?? 0), 0);
  return {
    size: alignTo(payloadOffset(cases) + payloadSize, alignment),
    alignment,
    flat: cut(`i${joinFlat(cases)}`),
  };
}

/** Returns the core types that hold the payload of any case. */
export function joinFlat(cases: readonly (Layout | null)[]): Flat {
  let joined = '';
  for (const payload of cases) {
    if (!payload) continue;
    const head = Array.from(payload.flat, (letter, at) => join(joined[at] ?? letter, letter)).join('');
    joined = head + joined.slice(head.length);
  }
  return joined;
}

function join(a: string, b: string): string {
  if (a === b) return a;
  return (a === 'i' && b === 'f') || (a === 'f' && b === 'i') ? 'i' : 'l';
}

function flagsLayout(count: number): Layout {
  if (count <= 8) return PRIMITIVE_LAYOUTS.u8;
  return count <= 16 ? PRIMITIVE_LAYOUTS.u16 : PRIMITIVE_LAYOUTS.u32;
}

function cut(flat: Flat): Flat {
  return flat.slice(0, MAX_FLAT_PARAMS + 1);
}

/** The core signature of a function: letters of its parameters, a colon, letters of its results. */
export type Signature = string;

/** Returns the core signature of a lifted (`lift`) or lowered (`lower`) function type. */
export function signatureOf(
  type: PlanFunctionType,
  direction: 'lift' | 'lower',
  layouts: readonly Layout[],
): Signature {
  const flatParams = recordLayout(type.params.map((param) => layoutAt(layouts, param.type))).flat;
  const params = flatParams.length > MAX_FLAT_PARAMS ? 'i' : flatParams;
  const result = type.result === undefined ? '' : layoutAt(layouts, type.result).flat;
  if (result.length <= MAX_FLAT_RESULTS) return `${params}:${result}`;
  return direction === 'lift' ? `${params}:i` : `${params}i:`;
}
