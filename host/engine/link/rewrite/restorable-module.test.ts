import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkComponent } from '../../../../guest-runtime/link/linker.ts';
import { binaryFromWat } from '../../../../guest-runtime/link/testing/wat.ts';
import { NotRewritableError } from './not-rewritable.ts';
import { ADDED, rewriteRestorable } from './restorable-module.ts';

const rewrite = suite('rewriteRestorable');

type Functions = Record<string, (...args: (number | bigint)[]) => unknown>;

async function rewriteWat(text: string) {
  const rewritten = rewriteRestorable(await binaryFromWat(text));
  return { ...rewritten, module: new WebAssembly.Module(rewritten.bytes) };
}

const globalOf = (exports: WebAssembly.Exports, name: string) => exports[name] as WebAssembly.Global;

rewrite('exports mutable globals and leaves the others', async () => {
  const { module, globals } = await rewriteWat(`(module
    (import "" "g" (global (mut i32)))
    (global i32 (i32.const 1)) (global (mut i64) (i64.const 2)) (global (mut f64) (f64.const 3)))`);
  assert.equal(globals, [ADDED.global(1), ADDED.global(2)]);
  const imported = new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
  const { exports } = new WebAssembly.Instance(module, { '': { g: imported } });
  assert.is(globalOf(exports, ADDED.global(1)).value, 2n);
  globalOf(exports, ADDED.global(2)).value = 4;
  assert.is(globalOf(exports, ADDED.global(2)).value, 4);
});

const GROWING = `(module
  (memory (export "memory") 1 5)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size)))`;

rewrite('grows as the module would have', async () => {
  const { module } = await rewriteWat(GROWING);
  const { exports } = new WebAssembly.Instance(module);
  const { grow, size } = exports as unknown as Functions;
  assert.equal(
    [size?.(), grow?.(2), size?.(), grow?.(0), grow?.(3), grow?.(2), grow?.(-1), size?.()],
    [1, 1, 3, 3, -1, 3, -1, 5],
  );
  assert.is((exports['memory'] as WebAssembly.Memory).buffer.byteLength, 5 * 65536);
});

rewrite('keeps the real memory when the size is put back, and uses it again', async () => {
  const { module } = await rewriteWat(GROWING);
  const { exports } = new WebAssembly.Instance(module);
  const { grow, size } = exports as unknown as Functions;
  grow?.(3);
  globalOf(exports, ADDED.size).value = 1;
  assert.equal([size?.(), grow?.(1), size?.()], [1, 1, 2]);
  assert.is((exports[ADDED.memory] as WebAssembly.Memory).buffer.byteLength, 4 * 65536);
});

rewrite('grows no further than a limit that the host lowers', async () => {
  const { module } = await rewriteWat(GROWING);
  const { exports } = new WebAssembly.Instance(module);
  assert.is(globalOf(exports, ADDED.limit).value, 5);
  globalOf(exports, ADDED.limit).value = 2;
  const { grow } = exports as unknown as Functions;
  assert.equal([grow?.(2), grow?.(1)], [-1, 1]);
});

rewrite('shares the size with modules that import the memory, whose own globals move', async () => {
  const owner = await rewriteWat(GROWING);
  const user = await rewriteWat(`(module
    (import "owner" "memory" (memory 1))
    (import "owner" "base" (global $base i32))
    (global $own (mut i32) (i32.const 7))
    (data (global.get $base) "x")
    (export "own" (global $own))
    (func (export "bump") (result i32) (global.set $own (i32.add (global.get $own) (global.get $base))) (global.get $own))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "size") (result i32) (memory.size)))`);
  assert.ok(user.importsSize);
  assert.equal(user.memoryImport, { module: 'owner', name: 'memory' });
  const first = new WebAssembly.Instance(owner.module).exports;
  const base = new WebAssembly.Global({ value: 'i32' }, 100);
  const second = new WebAssembly.Instance(user.module, {
    owner: { memory: first['memory'] as WebAssembly.Memory, base },
    [ADDED.importModule]: {
      [ADDED.size]: globalOf(first, ADDED.size),
      [ADDED.limit]: globalOf(first, ADDED.limit),
    },
  }).exports;
  const [owning, using] = [first as unknown as Functions, second as unknown as Functions];
  assert.equal([using['grow']?.(2), owning['size']?.(), owning['grow']?.(1), using['size']?.()], [1, 3, 3, 4]);
  assert.equal([using['bump']?.(), globalOf(second, 'own').value], [107, 107]);
  assert.is(globalOf(second, ADDED.global(0)).value, 107);
});

rewrite('passes over every kind of instruction', async () => {
  // Each has other bytes behind it; were one read wrongly, the grow at the end would be missed or the module not be valid.
  const { module } = await rewriteWat(`(module
    (type $f (func (param i32) (result i32)))
    (memory (export "memory") 1) (table 2 funcref) (elem (i32.const 0) $id) (data $passive "0123456789abcdef")
    (global $g (mut i32) (i32.const 0)) (tag $t (param i32))
    (func $id (type $f) (local.get 0))
    (func (export "run") (result i32) (local $v v128) (local $d f64)
      (drop (call_indirect (type $f) (i32.const 300) (i32.const 0)))
      (drop (f32.const 1.5)) (local.set $d (f64.const 2.5)) (drop (i64.const -1000000000000))
      (i32.store offset=60000 align=1 (i32.const 1000) (i32.const -5))
      (local.set $v (v128.const i32x4 0x3f400000 0x40004000 0x3f003f00 4))
      (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 0x1f (local.get $v) (local.get $v)))
      (drop (i32x4.extract_lane 3 (local.get $v))) (v128.store8_lane offset=8 1 (i32.const 0) (local.get $v))
      (drop (i32x4.add (local.get $v) (v128.load32_zero (i32.const 0))))
      (drop (i32.trunc_sat_f64_s (local.get $d)))
      (memory.fill (i32.const 0) (i32.const 0) (i32.const 8)) (memory.copy (i32.const 0) (i32.const 8) (i32.const 8))
      (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 16))
      (drop (ref.is_null (ref.func $id))) (drop (ref.null func)) (drop (table.size 0)) (drop (table.get 0 (i32.const 0)))
      (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3)))
      (block $out (block $a (block $b (br_table $a $b $out (i32.const 2)))))
      (block $caught (result i32) (try_table (result i32) (catch $t $caught) (throw $t (i32.const 9)))) (drop)
      (if (i32.const 0) (then (unreachable)) (else (nop)))
      (loop $l (br_if $l (i32.const 0)))
      (global.set $g (i32.const 0x3f)) (drop (global.get $g))
      (memory.grow (i32.const 1))))`);
  const { exports } = new WebAssembly.Instance(module);
  assert.is((exports as unknown as Functions)['run']?.(), 1);
  assert.is(globalOf(exports, ADDED.size).value, 2);
});

const obstacles: [what: string, text: string, message: RegExp][] = [
  ['writes a table', '(module (table 1 funcref) (func (table.set (i32.const 0) (ref.null func))))', /table\.set/],
  [
    'grows a table',
    '(module (table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1)))))',
    /table\.grow/,
  ],
  [
    'fills a table',
    '(module (table 1 funcref) (func (table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))))',
    /table\.fill/,
  ],
  [
    'copies in a table',
    '(module (table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 1))))',
    /table\.copy/,
  ],
  [
    'initializes a table late',
    '(module (table 1 funcref) (elem $e func) (func (table.init $e (i32.const 0) (i32.const 0) (i32.const 0))))',
    /table\.init/,
  ],
  ['drops a data segment', '(module (memory 1) (data $d "x") (func (data.drop $d)))', /data\.drop/],
  ['drops an element segment', '(module (elem $e func) (func (elem.drop $e)))', /elem\.drop/],
  ['has a global of references', '(module (global (mut externref) (ref.null extern)))', /mutable global of type 0x6f/],
  ['has a global of vectors', '(module (global (mut v128) (v128.const i32x4 0 0 0 0)))', /mutable global of type 0x7b/],
  ['has several memories', '(module (memory 1) (memory 1))', /several memories/],
  ['has a shared memory', '(module (memory 1 1 shared))', /shared/],
  ['has objects that are collected', '(module (type (struct (field i32))))', /GC proposal/],
  ['exports what a rewrite adds', `(module (memory (export "${ADDED.memory}") 1))`, /names a rewrite adds/],
];
for (const [what, text, message] of obstacles) {
  rewrite(`refuses a module that ${what}`, async () => {
    const bytes = await binaryFromWat(text);
    try {
      rewriteRestorable(bytes);
    } catch (error) {
      assert.instance(error, NotRewritableError);
      assert.match((error as Error).message, message);
      return;
    }
    assert.unreachable();
  });
}

for (const app of ['hello-c/hello', 'hello-rust/hello', 'static-files/server']) {
  rewrite(`leaves the modules of ${app} valid, with all their exports`, () => {
    const component = readFileSync(`fixtures/apps/${app}.wasm`);
    for (const { start, end } of linkComponent(component).modules) {
      const bytes = component.subarray(start, end);
      const before = WebAssembly.Module.exports(new WebAssembly.Module(bytes));
      const after = WebAssembly.Module.exports(new WebAssembly.Module(rewriteRestorable(bytes).bytes));
      assert.equal(after.slice(0, before.length), before);
    }
  });
}

rewrite.run();
