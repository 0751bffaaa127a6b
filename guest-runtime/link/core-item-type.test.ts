// https://webassembly.github.io/spec/core/valid/matching.html: whether one core module's export is given for another's import.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkComponent } from './linker.ts';
import { MalformedComponentError } from './reader.ts';
import { binaryFromWat } from './testing/wat.ts';

const matching = suite('types of core items');

const I32 = '(i32.const 0)';

/** What a module exports as "x", what another wants, and what is wrong with that. */
const cases: readonly [given: string, wanted: string, problem: string | null][] = [
  ['memory (export "x") 1', 'memory 1', null],
  ['memory (export "x") 2', 'memory 1', null],
  ['memory (export "x") 1', 'memory 2', 'of at least 1, not 2'],
  ['memory (export "x") 1 5', 'memory 1', null],
  ['memory (export "x") 1 5', 'memory 1 5', null],
  ['memory (export "x") 1 4', 'memory 1 5', null],
  ['memory (export "x") 1 6', 'memory 1 5', 'of at most 6, not 5'],
  ['memory (export "x") 1', 'memory 1 5', 'without a maximum, not of at most 5'],
  ['memory (export "x") 1 5 shared', 'memory 1 5', 'shared, or mutable, where the other is not'],
  ['memory (export "x") 1 5 shared', 'memory 1 5 shared', null],
  ['table (export "x") 1 funcref', 'table 1 funcref', null],
  ['table (export "x") 1 funcref', 'table 1 externref', 'of another type'],
  ['table (export "x") 1 funcref', 'table 2 funcref', 'of at least 1, not 2'],
  ['table (export "x") 1 funcref (ref.null func)', 'table 2 funcref', null],
  [`global (export "x") i32 ${I32}`, 'global i32', null],
  [`global (export "x") i32 ${I32}`, 'global i64', 'of another type'],
  [`global (export "x") (mut i32) ${I32}`, 'global (mut i32)', null],
  [`global (export "x") (mut i32) ${I32}`, 'global i32', 'shared, or mutable, where the other is not'],
  [`global (export "x") i32 ${I32}`, 'global (mut i32)', 'shared, or mutable, where the other is not'],
];

for (const [given, wanted, problem] of cases) {
  matching(`${problem === null ? 'take' : 'do not take'} (${given}) for a ${wanted}`, async () => {
    await assertLinks(`(${given})`, wanted, problem);
  });
}

const skipped: Readonly<Record<string, string>> = {
  'i32.const of several bytes': '(global i32 (i32.const 2147483647))',
  'i64.const': '(global i64 (i64.const -1234567890123))',
  'f32.const': '(global f32 (f32.const 1.5))',
  'f64.const': '(global f64 (f64.const 1.5))',
  'ref.null': '(global funcref (ref.null func))',
  'ref.func': '(func $f) (elem declare func $f) (global funcref (ref.func $f))',
  'an import': '(import "a" "g" (global $g i32)) (global i32 (global.get $g))',
};

for (const [what, before] of Object.entries(skipped)) {
  matching(`are read behind a global with ${what}`, async () => {
    await assertLinks(`${before} (global (export "x") i32 ${I32})`, 'global i64', 'of another type');
    await assertLinks(`${before} (global (export "x") i32 ${I32})`, 'global i32', null);
  });
}

matching('are left to V8 behind what is not understood', async () => {
  await assertLinks(`(global v128 (v128.const i64x2 0 0)) (global (export "x") i32 ${I32})`, 'global i64', null);
});

async function assertLinks(given: string, wanted: string, problem: string | null): Promise<void> {
  const bytes = await binaryFromWat(`(component
    (core module $g (global (export "g") i32 ${I32}))
    (core module $a ${given})
    (core module $b (import "a" "x" (${wanted})))
    (core instance $g (instantiate $g))
    (core instance $a (instantiate $a (with "a" (instance $g))))
    (core instance (instantiate $b (with "a" (instance $a)))))`);
  if (problem === null) {
    linkComponent(bytes);
    return;
  }
  assert.throws(
    () => linkComponent(bytes),
    (error: unknown) =>
      error instanceof MalformedComponentError && error.message.startsWith(`core import "a" "x" is ${problem} (at`),
  );
}

matching.run();
