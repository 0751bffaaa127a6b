// Every request sees a pristine instance: a guest that dirties everything it can leaves nothing to the next, in each way that
// instances are put back.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryFromWat } from '../../../../guest-runtime/link/testing/wat.ts';
import type { ComponentInstance, HostImports, InstanceHost, Isolation } from '../../engine.ts';
import { prepareComponent, rejectionOf } from '../testing/component.ts';
import { RESTORE_METHODS } from './memory-method.ts';

/**
 * `dirty` writes to its first and its last page, grows its memory and writes to the new end, sets globals of each type, and keeps a handle.
 * `grow` grows the memory
 * alone. `look` gives what is left of it: the size, a sum over the memory behind the first 64 bytes (where it writes), globals. `poke` writes behind the memory's own end.
 */
const GUEST = `(component
  (import "test:host/things@0.1.0" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "[constructor]thing" (func (result (own $thing))))))
  (core func $new (canon lower (func $host "[constructor]thing")))
  (core module $core
    (import "" "new" (func $new (result i32)))
    (memory (export "memory") 20)
    (data (i32.const 100) "initial")
    (global $i (mut i32) (i32.const 1)) (global $l (mut i64) (i64.const 2))
    (global $f (mut f32) (f32.const 3)) (global $d (mut f64) (f64.const 4))
    (func $fill (param $start i32) (param $pages i32)
      (memory.fill (local.get $start) (i32.const 0xaa) (i32.mul (local.get $pages) (i32.const 65536))))
    (func (export "dirty") (param $pages i32) (result i32) (local $end i32)
      (call $fill (i32.const 0) (i32.const 1))
      (call $fill (i32.const 0x130000) (i32.const 1))
      (local.set $end (i32.mul (memory.size) (i32.const 65536)))
      (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then (unreachable)))
      (call $fill (local.get $end) (local.get $pages))
      (global.set $i (i32.const -1)) (global.set $l (i64.const -1)) (global.set $f (f32.const -1)) (global.set $d (f64.const -1))
      (call $new))
    (func (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages)))
    (func (export "poke") (param $at i32) (i32.store (local.get $at) (i32.const -1)))
    (func $sum (result i64) (local $at i32) (local $sum i64)
      (local.set $at (i32.const 64))
      (loop $next
        (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $next (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536)))))
      (local.get $sum))
    (func (export "look") (result i32)
      (i32.store (i32.const 16) (memory.size))
      (i64.store (i32.const 24) (call $sum))
      (i32.store (i32.const 32) (global.get $i)) (i64.store (i32.const 40) (global.get $l))
      (f32.store (i32.const 48) (global.get $f)) (f64.store (i32.const 56) (global.get $d))
      (i32.const 16)))
  (core instance $core (instantiate $core (with "" (instance (export "new" (func $new))))))
  (func (export "dirty") (param "pages" u32) (result u32) (canon lift (core func $core "dirty")))
  (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $core "grow")))
  (func (export "poke") (param "at" u32) (canon lift (core func $core "poke")))
  (func (export "look") (result (tuple u32 u64 s32 s64 f32 f64)) (canon lift (core func $core "look") (memory (core memory $core "memory")))))`;

const component = await binaryFromWat(GUEST);
class Thing {}
const createHost = (): InstanceHost => ({
  imports: { 'test:host/things@0.1': { Thing } } as HostImports,
  release: () => undefined,
});

/** Calls one function of a new use of an instance. */
async function use(instance: ComponentInstance, name: string, args: readonly unknown[]): Promise<unknown> {
  try {
    return await instance.call(name, '', args);
  } finally {
    instance.dispose();
  }
}

for (const method of RESTORE_METHODS) {
  const pristine = suite(`pristine instances: ${method}`);
  const open = (options = {}) => {
    const prepared = prepareComponent(component, { method, ...options });
    let made = 0;
    const acquire = () =>
      prepared.instantiate(() => {
        made++;
        return createHost();
      });
    return {
      call: async (name: string, ...args: unknown[]) => use(await acquire(), name, args),
      acquire,
      get made() {
        return made;
      },
    };
  };

  pristine('is told of, once', async () => {
    const told: Isolation[] = [];
    const prepared = prepareComponent(component, { method }, [], (isolation) => told.push(isolation));
    for (const _ of [1, 2]) await use(await prepared.instantiate(createHost), 'look', []);
    const obstacle = method === 'exact' ? null : 'this machine has no better way';
    assert.equal(told, [{ method, obstacle }]);
  });

  pristine('sees nothing of what a request has written', async () => {
    const pool = open();
    const untouched = await pool.call('look');
    assert.is((untouched as number[])[0], 20);
    for (const pages of [0, 1, 40, 3]) {
      assert.is(await pool.call('dirty', pages), 1, 'handles are numbered from the start');
      assert.equal(await pool.call('look'), untouched);
    }
    assert.is(pool.made, method === 'fresh' ? 9 : 1);
  });

  /** What a request sees that grows its memory and looks. */
  const lookGrown = async (instance: ComponentInstance, pages: number): Promise<unknown> => {
    const before = await instance.call('grow', '', [pages]);
    const seen = await instance.call('look', '', []);
    instance.dispose();
    return [before, seen];
  };

  pristine('sees zeros in memory that a request before it had grown and written', async () => {
    const pool = open();
    const expected = await lookGrown(await open().acquire(), 40);
    await pool.call('dirty', 40);
    assert.equal(await lookGrown(await pool.acquire(), 40), expected);
    // Now less of the memory is used than is there.
    await pool.call('dirty', 30);
    await pool.call('dirty', 2);
    assert.equal(await lookGrown(await pool.acquire(), 40), expected);
  });

  pristine('sees zeros where a request before it wrote behind the end of its memory', async () => {
    const pool = open();
    const expected = await lookGrown(await open().acquire(), 40);
    await pool.call('dirty', 40);
    // The real memory is larger than the guest's by now, so this may not trap. It must be gone all the same.
    await pool.call('poke', 59 * 65536).catch(() => undefined);
    assert.equal(await lookGrown(await pool.acquire(), 40), expected);
  });

  pristine('never uses an instance again that has trapped', async () => {
    const pool = open();
    const instance = await pool.acquire();
    assert.instance(await rejectionOf(instance.call('poke', '', [0x7fff0000])), WebAssembly.RuntimeError);
    instance.dispose();
    await pool.call('look');
    assert.is(pool.made, 2);
  });

  pristine('gives requests that run at a time instances of their own', async () => {
    const pool = open();
    const [first, second] = [await pool.acquire(), await pool.acquire()];
    const untouched = await second.call('look', '', []);
    await first.call('dirty', '', [1]);
    assert.equal(await second.call('look', '', []), untouched);
    first.dispose();
    second.dispose();
    assert.equal(await pool.call('look'), untouched);
    assert.is(pool.made, method === 'fresh' ? 3 : 2);
  });

  pristine('keeps no more idle instances than it may', async () => {
    const pool = open({ maxIdle: 1 });
    const instances = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    for (const instance of instances) instance.dispose();
    await Promise.all([pool.acquire(), pool.acquire()]);
    assert.is(pool.made, method === 'fresh' ? 5 : 4);
  });

  pristine('keeps no more idle memory than it may, but one instance in any case', async () => {
    const pool = open({ maxIdleBytes: 1 });
    const instances = await Promise.all([pool.acquire(), pool.acquire()]);
    for (const instance of instances) await instance.call('dirty', '', [0]);
    for (const instance of instances) instance.dispose();
    await pool.acquire();
    await pool.acquire();
    const isKept = { exact: 3, drop: 2, copy: 3, fresh: 4 };
    assert.is(pool.made, isKept[method]);
  });

  pristine('lets memories grow no further than it may', async () => {
    const pool = open({ maxMemoryBytes: 22 * 65536 + 100 });
    for (const _ of [1, 2]) assert.equal([await pool.call('grow', 3), await pool.call('grow', 2)], [-1, 20]);
  });

  pristine('refuses a component whose memory is larger from the start', () => {
    assert.throws(() => open({ maxMemoryBytes: 65536 }).acquire(), /needs 1310720 bytes of memory/);
  });

  pristine.run();
}
