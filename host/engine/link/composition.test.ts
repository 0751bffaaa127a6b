// Components inside components: values, handles and traps between them.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#instance-definitions

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { instantiateWat, rejectionOf } from './testing/component.ts';
import { ALLOCATOR } from './testing/echo-component.ts';

const composition = suite('composed components');

const MEMORY = '(memory (core memory $core "memory")) (realloc (core func $core "cabi_realloc"))';

/** `inner` answers `greet` with its argument twice, in UTF-16; `outer` hands `greet` on, in UTF-8. */
const GREETING = `(component
  (component $inner
    (core module $core ${ALLOCATOR}
      (func (export "greet") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1))
        (i32.store (i32.const 24) (local.get 0)) (i32.store (i32.const 28) (local.get 1)) (i32.const 16)))
    (core instance $core (instantiate $core))
    (func (export "greet") (param "name" string) (result (tuple string string))
      (canon lift (core func $core "greet") ${MEMORY} string-encoding=utf16)))
  (component $outer
    (import "greet" (func $greet (param "name" string) (result (tuple string string))))
    (core module $memory ${ALLOCATOR})
    (core instance $core (instantiate $memory))
    (core func $greet (canon lower (func $greet) ${MEMORY}))
    (core module $main
      (import "" "greet" (func $greet (param i32 i32 i32)))
      (func (export "greet") (param i32 i32) (result i32)
        (call $greet (local.get 0) (local.get 1) (i32.const 32)) (i32.const 32)))
    (core instance $main (instantiate $main (with "" (instance (export "greet" (func $greet))))))
    (func (export "greet") (param "name" string) (result (tuple string string)) (canon lift (core func $main "greet") ${MEMORY})))
  (instance $inner (instantiate $inner))
  (instance $outer (instantiate $outer (with "greet" (func $inner "greet"))))
  (export "greet" (func $outer "greet")))`;

composition('pass values from memory to memory, each in its own encoding', async () => {
  const instance = await instantiateWat(GREETING);
  assert.equal(await instance.call('greet', '', ['wörld']), ['wörld', 'wörld']);
});

/** `maker` defines a resource; `user` makes two, gives the second back, borrows the first, and keeps it. */
const HANDLES = `(component
  (component $maker
    (core module $destructor
      (global $sum (mut i32) (i32.const 0))
      (func (export "drop") (param i32) (global.set $sum (i32.add (global.get $sum) (local.get 0))))
      (func (export "sum") (result i32) (global.get $sum)))
    (core instance $destructor (instantiate $destructor))
    (type $thing' (resource (rep i32) (dtor (core func $destructor "drop"))))
    (export $thing "thing" (type $thing'))
    (core func $new (canon resource.new $thing'))
    (core func $rep (canon resource.rep $thing'))
    (core module $core
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "look") (param i32) (result i32) (local.get 0))
      (func (export "return") (param i32) (result i32) (call $rep (local.get 0))))
    (core instance $core (instantiate $core (with "" (instance (export "new" (func $new)) (export "rep" (func $rep))))))
    (func (export "make") (param "rep" u32) (result (own $thing)) (canon lift (core func $core "make")))
    (func (export "look") (param "thing" (borrow $thing)) (result u32) (canon lift (core func $core "look")))
    (func (export "return") (param "thing" (own $thing)) (result u32) (canon lift (core func $core "return")))
    (func (export "dropped") (result u32) (canon lift (core func $destructor "sum"))))
  (component $user
    (import "maker" (instance $maker
      (export "thing" (type $thing (sub resource)))
      (export "make" (func (param "rep" u32) (result (own $thing))))
      (export "look" (func (param "thing" (borrow $thing)) (result u32)))
      (export "return" (func (param "thing" (own $thing)) (result u32)))))
    (alias export $maker "thing" (type $thing))
    (core func $make (canon lower (func $maker "make")))
    (core func $look (canon lower (func $maker "look")))
    (core func $return (canon lower (func $maker "return")))
    (core func $drop (canon resource.drop $thing))
    (core module $core
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "look" (func $look (param i32) (result i32)))
      (import "" "return" (func $return (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32) (call $make (local.get 0)))
      (func (export "look") (param i32) (result i32) (call $look (local.get 0)))
      (func (export "return") (param i32) (result i32) (call $return (local.get 0)))
      (func (export "drop") (param i32) (call $drop (local.get 0))))
    (core instance $core (instantiate $core (with "" (instance (export "make" (func $make)) (export "look" (func $look))
      (export "return" (func $return)) (export "drop" (func $drop))))))
    (func (export "make") (param "rep" u32) (result u32) (canon lift (core func $core "make")))
    (func (export "look") (param "index" u32) (result u32) (canon lift (core func $core "look")))
    (func (export "return") (param "index" u32) (result u32) (canon lift (core func $core "return")))
    (func (export "drop") (param "index" u32) (canon lift (core func $core "drop"))))
  (instance $maker (instantiate $maker))
  (instance $user (instantiate $user (with "maker" (instance $maker))))
  (export "make" (func $user "make"))
  (export "look" (func $user "look"))
  (export "return" (func $user "return"))
  (export "drop" (func $user "drop"))
  (export "dropped" (func $maker "dropped")))`;

composition('own, lend and give back handles, each in its own table', async () => {
  const instance = await instantiateWat(HANDLES);
  assert.is(await instance.call('make', '', [100]), 1);
  assert.is(await instance.call('make', '', [200]), 2);
  assert.is(await instance.call('look', '', [1]), 100, 'the definer borrows the representation');
  assert.is(await instance.call('return', '', [2]), 200);
  assert.match(String(await rejectionOf(instance.call('look', '', [2]))), /unknown handle index 2/);
});

composition('run the destructor of another component', async () => {
  const instance = await instantiateWat(HANDLES);
  await instance.call('make', '', [100]);
  await instance.call('drop', '', [1]);
  assert.is(await instance.call('dropped', '', []), 100);
});

/** The outer component gives the inner one its import, and calls it. */
const WAITING = `(component
  (import "test:host/wait@1.0.0" (instance $host (export "wait" (func (result u32)))))
  (component $inner
    (import "wait" (func $wait (result u32)))
    (core func $wait (canon lower (func $wait)))
    (core module $core (import "" "wait" (func $wait (result i32)))
      (func (export "run") (result i32) (i32.add (call $wait) (call $wait))))
    (core instance $core (instantiate $core (with "" (instance (export "wait" (func $wait))))))
    (func (export "run") (result u32) (canon lift (core func $core "run"))))
  (instance $inner (instantiate $inner (with "wait" (func $host "wait"))))
  (core func $run (canon lower (func $inner "run")))
  (core module $core (import "" "run" (func $run (result i32))) (func (export "run") (result i32) (call $run)))
  (core instance $core (instantiate $core (with "" (instance (export "run" (func $run))))))
  (func (export "run") (result u32) (canon lift (core func $core "run")))
  (export "inner-run" (func $inner "run"))
  (export "wait" (func $host "wait")))`;

composition('wait through each other', async () => {
  const instance = await instantiateWat(WAITING, {
    imports: { 'test:host/wait@1': { wait: () => Promise.resolve(4) } },
    waits: () => true,
  });
  assert.is(await instance.call('run', '', []), 8);
  assert.is(await instance.call('inner-run', '', []), 8);
});

composition('may export what they import', async () => {
  const instance = await instantiateWat(WAITING, {
    imports: { 'test:host/wait@1': { wait: () => 3 } },
    waits: () => true,
  });
  assert.is(await instance.call('wait', '', []), 3);
});

/** The outer component gives the inner one a function of its own, and calls it. */
const REENTERING = `(component
  (core module $own (func (export "f")))
  (core instance $own (instantiate $own))
  (func $f (canon lift (core func $own "f")))
  (component $inner
    (import "f" (func $f))
    (core func $f (canon lower (func $f)))
    (core module $core (import "" "f" (func $f)) (func (export "run") (call $f)))
    (core instance $core (instantiate $core (with "" (instance (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $core "run"))))
  (instance $inner (instantiate $inner (with "f" (func $f))))
  (core func $run (canon lower (func $inner "run")))
  (core module $core (import "" "run" (func $run)) (func (export "run") (call $run)))
  (core instance $core (instantiate $core (with "" (instance (export "run" (func $run))))))
  (func (export "run") (canon lift (core func $core "run")))
  (export "inner-run" (func $inner "run")))`;

composition('trap when one is entered that has called the other', async () => {
  const instance = await instantiateWat(REENTERING);
  await instance.call('inner-run', '', []);
  assert.match(String(await rejectionOf(instance.call('run', '', []))), /cannot enter component instance/);
});

/** While it starts, `outer` calls `inner`, whose allocator calls the host. */
const STARTING = `(component
  (import "call" (func $call))
  (component $inner
    (import "call" (func $call))
    (core func $call (canon lower (func $call)))
    (core module $core (import "" "call" (func $call)) (memory (export "memory") 1)
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $call) (i32.const 0))
      (func (export "take") (param i32 i32)))
    (core instance $core (instantiate $core (with "" (instance (export "call" (func $call))))))
    (func (export "take") (param "text" string) (canon lift (core func $core "take") ${MEMORY})))
  (instance $inner (instantiate $inner (with "call" (func $call))))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $take (canon lower (func $inner "take") (memory (core memory $memory "memory"))))
  (core module $core (import "" "take" (func $take (param i32 i32)))
    (start $run) (func $run (call $take (i32.const 0) (i32.const 1))))
  (core instance (instantiate $core (with "" (instance (export "take" (func $take)))))))`;

composition('trap when one calls out while it allocates, also while the others start', async () => {
  const starting = instantiateWat(STARTING, { imports: { call: { default: () => undefined } } });
  assert.match(String(await rejectionOf(starting)), /cannot leave component instance/);
});

/** Two instances of one component: each has its own memory. */
const TWICE = `(component
  (component $cell
    (core module $core (global $value (mut i32) (i32.const 0))
      (func (export "set") (param i32) (global.set $value (local.get 0)))
      (func (export "get") (result i32) (global.get $value)))
    (core instance $core (instantiate $core))
    (func (export "set") (param "value" u32) (canon lift (core func $core "set")))
    (func (export "get") (result u32) (canon lift (core func $core "get"))))
  (instance $first (instantiate $cell))
  (instance $second (instantiate $cell))
  (export "first" (instance $first))
  (export "second" (instance $second)))`;

composition('are as many instances as they are instantiated', async () => {
  const instance = await instantiateWat(TWICE);
  await instance.call('first', 'set', [1]);
  await instance.call('second', 'set', [2]);
  assert.is(await instance.call('first', 'get', []), 1);
  assert.is(await instance.call('second', 'get', []), 2);
});

composition('may have core instances of any name', async () => {
  const instance = await instantiateWat(`(component
    (core module $memory (memory (export "__proto__") 1) (memory (export "polluted") 1))
    (core instance $memory (instantiate $memory))
    (core module $core (import "__proto__" "__proto__" (memory 1)) (import "__proto__" "polluted" (memory 1))
      (func (export "size") (result i32) (i32.add (memory.size 0) (memory.size 1))))
    (core instance $core (instantiate $core (with "__proto__" (instance $memory))))
    (func (export "size") (result u32) (canon lift (core func $core "size"))))`);
  assert.is(await instance.call('size', '', []), 2);
  assert.not('polluted' in {});
});

composition.run();
