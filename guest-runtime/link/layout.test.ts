// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#alignment, "Element Size" and "Flattening"

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PlanType } from '../../host/gen/runtime.ts';
import { type Layout, layoutOf, layoutsOf, signatureOf } from './layout.ts';

const layout = suite('layoutOf');

const primitives: PlanType[] = (['u8', 'u16', 'u32', 'u64', 'f32', 'f64', 'string'] as const).map((val) => ({
  tag: 'primitive',
  val,
}));
const [u8, u16, u32, u64, f32, f64, string] = [0, 1, 2, 3, 4, 5, 6];
const parts = layoutsOf(primitives);

const rules: [what: string, type: PlanType, expected: Layout][] = [
  ['bool', { tag: 'primitive', val: 'bool' }, { size: 1, alignment: 1, flat: 'i' }],
  ['s8', { tag: 'primitive', val: 's8' }, { size: 1, alignment: 1, flat: 'i' }],
  ['s16', { tag: 'primitive', val: 's16' }, { size: 2, alignment: 2, flat: 'i' }],
  ['u32', { tag: 'primitive', val: 'u32' }, { size: 4, alignment: 4, flat: 'i' }],
  ['s64', { tag: 'primitive', val: 's64' }, { size: 8, alignment: 8, flat: 'l' }],
  ['f32', { tag: 'primitive', val: 'f32' }, { size: 4, alignment: 4, flat: 'f' }],
  ['f64', { tag: 'primitive', val: 'f64' }, { size: 8, alignment: 8, flat: 'd' }],
  ['char', { tag: 'primitive', val: 'char' }, { size: 4, alignment: 4, flat: 'i' }],
  ['string', { tag: 'primitive', val: 'string' }, { size: 8, alignment: 4, flat: 'ii' }],
  ['list', { tag: 'list', val: u64 }, { size: 8, alignment: 4, flat: 'ii' }],
  ['own', { tag: 'own', val: 0 }, { size: 4, alignment: 4, flat: 'i' }],
  ['borrow', { tag: 'borrow', val: 0 }, { size: 4, alignment: 4, flat: 'i' }],
  [
    'a tuple with padding inside',
    { tag: 'tuple', val: [{ type: u8 }, { type: u32 }] },
    { size: 8, alignment: 4, flat: 'ii' },
  ],
  [
    'a tuple with padding at its end',
    { tag: 'tuple', val: [{ type: u32 }, { type: u8 }] },
    { size: 8, alignment: 4, flat: 'ii' },
  ],
  [
    'a record',
    {
      tag: 'record',
      val: [
        { name: 'a', type: u16 },
        { name: 'b', type: string },
        { name: 'c', type: f64 },
      ],
    },
    { size: 24, alignment: 8, flat: 'iiid' },
  ],
  ['8 flags', { tag: 'flags', val: Array(8).fill('f') }, { size: 1, alignment: 1, flat: 'i' }],
  ['9 flags', { tag: 'flags', val: Array(9).fill('f') }, { size: 2, alignment: 2, flat: 'i' }],
  ['17 flags', { tag: 'flags', val: Array(17).fill('f') }, { size: 4, alignment: 4, flat: 'i' }],
  ['an enum of 256', { tag: 'enum', val: Array(256).fill('e') }, { size: 1, alignment: 1, flat: 'i' }],
  ['an enum of 257', { tag: 'enum', val: Array(257).fill('e') }, { size: 2, alignment: 2, flat: 'i' }],
  ['an enum of 65537', { tag: 'enum', val: Array(65537).fill('e') }, { size: 4, alignment: 4, flat: 'i' }],
  ['an option', { tag: 'option', val: u8 }, { size: 2, alignment: 1, flat: 'ii' }],
  ['an option of something aligned', { tag: 'option', val: u64 }, { size: 16, alignment: 8, flat: 'il' }],
  ['a result without types', { tag: 'result', val: {} }, { size: 1, alignment: 1, flat: 'i' }],
  ['a result', { tag: 'result', val: { ok: u8, error: string } }, { size: 12, alignment: 4, flat: 'iii' }],
  ['i32 joined with f32', { tag: 'result', val: { ok: u32, error: f32 } }, { size: 8, alignment: 4, flat: 'ii' }],
  ['i32 joined with f64', { tag: 'result', val: { ok: u32, error: f64 } }, { size: 16, alignment: 8, flat: 'il' }],
  ['f32 joined with i64', { tag: 'result', val: { ok: f32, error: u64 } }, { size: 16, alignment: 8, flat: 'il' }],
  ['f32 joined with f64', { tag: 'result', val: { ok: f32, error: f64 } }, { size: 16, alignment: 8, flat: 'il' }],
  [
    'a variant',
    { tag: 'variant', val: [{ name: 'none' }, { name: 'a', type: string }, { name: 'b', type: u64 }] },
    { size: 16, alignment: 8, flat: 'ili' },
  ],
];
for (const [what, type, expected] of rules) {
  layout(`knows ${what}`, () => assert.equal(layoutOf(type, parts), expected));
}

layout('cuts what it flattens behind what can be passed', () => {
  assert.is(layoutOf({ tag: 'tuple', val: Array(100).fill({ type: u32 }) }, parts).flat, 'i'.repeat(17));
});

layout.run();

const signature = suite('signatureOf');

const named = (...types: number[]) => types.map((type) => ({ name: 'p', type }));

signature('passes up to 16 core values', () => {
  assert.is(signatureOf({ params: named(...Array(16).fill(u32)) }, 'lift', parts), `${'i'.repeat(16)}:`);
});

signature('passes more than 16 in memory', () => {
  assert.is(signatureOf({ params: named(...Array(17).fill(u32)), result: u64 }, 'lift', parts), 'i:l');
});

signature('returns more than one core value in memory that the callee gives', () => {
  assert.is(signatureOf({ params: named(f32), result: string }, 'lift', parts), 'f:i');
});

signature('returns more than one core value in memory that the caller gives', () => {
  assert.is(signatureOf({ params: named(f32), result: string }, 'lower', parts), 'fi:');
});

signature.run();
