// Values of every type of WIT, as JavaScript has them in jco's calling convention.

import type { Echo } from './echo-component.ts';

/** A type and values of it. */
export type Case = Echo & { readonly values: readonly unknown[] };

const long = 'x'.repeat(200_000);

/** Cases in the order of the echo component's functions. */
export const cases: readonly Case[] = [
  { type: 'bool', flat: 'i', values: [true, false] },
  { type: 's8', flat: 'i', values: [0, 127, -128] },
  { type: 'u8', flat: 'i', values: [0, 255] },
  { type: 's16', flat: 'i', values: [32767, -32768] },
  { type: 'u16', flat: 'i', values: [65535] },
  { type: 's32', flat: 'i', values: [2147483647, -2147483648] },
  { type: 'u32', flat: 'i', values: [0, 4294967295] },
  { type: 's64', flat: 'l', values: [9223372036854775807n, -9223372036854775808n] },
  { type: 'u64', flat: 'l', values: [0n, 18446744073709551615n] },
  { type: 'f32', flat: 'f', values: [0.5, -0, Number.POSITIVE_INFINITY, Number.NaN] },
  { type: 'f64', flat: 'd', values: [Math.PI, -0, Number.NEGATIVE_INFINITY, Number.NaN] },
  { type: 'char', flat: 'i', values: ['a', 'é', '\u{1f600}', '\0'] },
  {
    type: 'string',
    flat: 'ii',
    values: ['', 'short', 'héllo wörld', '\u{1f600}', '\ufeffmark', 'a\0b', long, `${long}é`],
  },
  {
    type: 'list<u8>',
    flat: 'ii',
    values: [new Uint8Array(), Uint8Array.of(1, 2, 255), new Uint8Array(200_000).fill(7)],
  },
  { type: 'list<s8>', flat: 'ii', values: [Int8Array.of(-1, 1)] },
  { type: 'list<u16>', flat: 'ii', values: [Uint16Array.of(1, 65535)] },
  { type: 'list<s16>', flat: 'ii', values: [Int16Array.of(-1)] },
  { type: 'list<u32>', flat: 'ii', values: [Uint32Array.of(4294967295)] },
  { type: 'list<s32>', flat: 'ii', values: [Int32Array.of(-1)] },
  { type: 'list<u64>', flat: 'ii', values: [BigUint64Array.of(18446744073709551615n)] },
  { type: 'list<s64>', flat: 'ii', values: [BigInt64Array.of(-1n)] },
  { type: 'list<f32>', flat: 'ii', values: [Float32Array.of(0.5)] },
  { type: 'list<f64>', flat: 'ii', values: [Float64Array.of(Math.E)] },
  { type: 'list<bool>', flat: 'ii', values: [[true, false, true]] },
  { type: 'list<char>', flat: 'ii', values: [['a', '\u{1f600}']] },
  { type: 'list<string>', flat: 'ii', values: [[], ['a', '', long, 'é']] },
  { type: 'list<list<string>>', flat: 'ii', values: [[[], ['a'], ['b', 'c']]] },
  { type: 'tuple<u8, u64, string>', flat: 'ilii', values: [[1, 2n, 'three']] },
  {
    type: 'point',
    declares: 'record point { x-axis: s32, y: u8, DNS-name: string, z: f64 }',
    flat: 'iiiid',
    values: [{ xAxis: -1, y: 2, dnsName: 'n', z: 0.25 }],
  },
  { type: 'list<point>', flat: 'ii', values: [[{ xAxis: 1, y: 2, dnsName: '', z: 0 }]] },
  {
    type: 'few',
    declares: 'flags few { a, b-c }',
    flat: 'i',
    values: [
      { a: true, bC: false },
      { a: false, bC: true },
    ],
  },
  {
    type: 'some-flags',
    declares: `flags some-flags { ${names(12)} }`,
    flat: 'i',
    values: [flagsOf(12, 11), flagsOf(12, 0, 5)],
  },
  { type: 'word', declares: `flags word { ${names(32)} }`, flat: 'i', values: [flagsOf(32, 31), flagsOf(32, 0)] },
  { type: 'color', declares: 'enum color { red, dark-green }', flat: 'i', values: ['red', 'dark-green'] },
  { type: 'list<color>', flat: 'ii', values: [['dark-green', 'red']] },
  { type: 'big-enum', declares: `enum big-enum { ${names(300)} }`, flat: 'i', values: ['n0', 'n299'] },
  { type: 'list<big-enum>', flat: 'ii', values: [['n299', 'n256', 'n1']] },
  { type: 'option<u32>', flat: 'ii', values: [undefined, 0, 7] },
  { type: 'option<string>', flat: 'iii', values: [undefined, '', 'some'] },
  {
    type: 'option<option<u32>>',
    flat: 'iii',
    values: [{ tag: 'none' }, { tag: 'some', val: undefined }, { tag: 'some', val: 1 }],
  },
  { type: 'list<option<u64>>', flat: 'ii', values: [[undefined, 1n]] },
  {
    type: 'list<result<u8, string>>',
    flat: 'ii',
    values: [
      [
        { tag: 'ok', val: 1 },
        { tag: 'err', val: 'no' },
      ],
    ],
  },
  {
    type: 'tuple<result, result<_, u32>>',
    flat: 'iii',
    values: [
      [
        { tag: 'ok', val: undefined },
        { tag: 'err', val: 3 },
      ],
    ],
  },
  {
    // The payload's core values join: i32 and f32 to i32, anything else to i64.
    type: 'joined',
    declares: `variant joined { none, int(u32), float(f32), wide(u64), double(f64), text(string), pair(tuple<f32, f64>),
      deep(tuple<u8, f32, u64>) }`,
    flat: 'illl',
    values: [
      { tag: 'none' },
      { tag: 'int', val: 4294967295 },
      { tag: 'float', val: -1.5 },
      { tag: 'wide', val: 18446744073709551615n },
      { tag: 'double', val: Math.PI },
      { tag: 'text', val: 'joined' },
      { tag: 'pair', val: [1.5, -2.5] },
      { tag: 'deep', val: [255, 0.5, 1n] },
    ],
  },
  { type: 'narrow', declares: 'variant narrow { a(u32), b(f32) }', flat: 'ii', values: [{ tag: 'b', val: 2.5 }] },
  { type: 'list<joined>', flat: 'ii', values: [[{ tag: 'none' }, { tag: 'deep', val: [1, 2, 3n] }]] },
  {
    // More than 16 core values lie in memory.
    type: 'large',
    declares: `record large { ${Array.from({ length: 9 }, (_, at) => `part${at}: string`).join(', ')} }`,
    flat: 'i'.repeat(18),
    values: [Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`part${at}`, `value ${at}`]))],
  },
];

function names(count: number): string {
  return Array.from({ length: count }, (_, at) => `n${at}`).join(', ');
}

function flagsOf(count: number, ...set: number[]): Record<string, boolean> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, set.includes(at)]));
}
