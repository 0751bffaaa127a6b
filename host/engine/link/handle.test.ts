// Handles and the built-ins of resources:
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md, `lift_own` to `lower_borrow` and
// `canon resource.new`, `resource.drop`, `resource.rep`

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComponentInstance } from '../engine.ts';
import { instantiateWat, rejectionOf } from './testing/component.ts';
import { Trap } from './trap.ts';

const hosted = suite('resources of the host');

class Thing implements Disposable {
  static readonly made: Thing[] = [];
  isDisposed = false;

  constructor() {
    Thing.made.push(this);
  }

  poke(): number {
    return 5;
  }

  static swallow(_thing: Thing): void {}

  static both(_borrowed: Thing, _owned: Thing): void {}

  [Symbol.dispose](): void {
    this.isDisposed = true;
  }
}

/** A guest that does with handle indices whatever a test says. */
const THINGS = `(component
  (import "test:host/things@0.1.0" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "other" (type $other (sub resource)))
    (export "[constructor]thing" (func (result (own $thing))))
    (export "[method]thing.poke" (func (param "self" (borrow $thing)) (result u32)))
    (export "[static]thing.swallow" (func (param "thing" (own $thing))))
    (export "[static]thing.both" (func (param "a" (borrow $thing)) (param "b" (own $thing))))))
  (alias export $host "thing" (type $thing))
  (alias export $host "other" (type $other))
  (core func $new (canon lower (func $host "[constructor]thing")))
  (core func $poke (canon lower (func $host "[method]thing.poke")))
  (core func $swallow (canon lower (func $host "[static]thing.swallow")))
  (core func $both (canon lower (func $host "[static]thing.both")))
  (core func $drop (canon resource.drop $thing))
  (core func $drop-other (canon resource.drop $other))
  (core module $core
    (import "" "new" (func $new (result i32)))
    (import "" "poke" (func $poke (param i32) (result i32)))
    (import "" "swallow" (func $swallow (param i32)))
    (import "" "both" (func $both (param i32 i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "drop-other" (func $drop-other (param i32)))
    (func (export "new") (result i32) (call $new))
    (func (export "poke") (param i32) (result i32) (call $poke (local.get 0)))
    (func (export "swallow") (param i32) (call $swallow (local.get 0)))
    (func (export "both") (param i32 i32) (call $both (local.get 0) (local.get 1)))
    (func (export "drop") (param i32) (call $drop (local.get 0)))
    (func (export "drop-other") (param i32) (call $drop-other (local.get 0)))
    (func (export "take") (param i32) (result i32) (local.get 0))
    (func (export "poke-and-drop") (param i32) (result i32) (call $poke (local.get 0)) (call $drop (local.get 0)))
    (func (export "keep") (param i32)))
  (core instance $core (instantiate $core (with "" (instance
    (export "new" (func $new)) (export "poke" (func $poke)) (export "swallow" (func $swallow)) (export "both" (func $both))
    (export "drop" (func $drop)) (export "drop-other" (func $drop-other))))))
  (func (export "new") (result u32) (canon lift (core func $core "new")))
  (func (export "poke") (param "i" u32) (result u32) (canon lift (core func $core "poke")))
  (func (export "swallow") (param "i" u32) (canon lift (core func $core "swallow")))
  (func (export "both") (param "i" u32) (param "j" u32) (canon lift (core func $core "both")))
  (func (export "drop") (param "i" u32) (canon lift (core func $core "drop")))
  (func (export "drop-other") (param "i" u32) (canon lift (core func $core "drop-other")))
  (func (export "take") (param "i" u32) (result (own $thing)) (canon lift (core func $core "take")))
  (func (export "own") (param "thing" (own $thing)) (result u32) (canon lift (core func $core "take")))
  (func (export "borrow") (param "thing" (borrow $thing)) (canon lift (core func $core "keep")))
  (func (export "borrow-and-poke") (param "thing" (borrow $thing)) (result u32) (canon lift (core func $core "poke-and-drop")))
  (func (export "borrow-and-drop") (param "thing" (borrow $thing)) (canon lift (core func $core "drop")))
  (func (export "borrow-and-swallow") (param "thing" (borrow $thing)) (canon lift (core func $core "swallow"))))`;

const openThings = (): Promise<ComponentInstance> =>
  instantiateWat(THINGS, { imports: { 'test:host/things@0.1': { Thing, Other: class {} } } });

hosted.before.each(() => {
  Thing.made.length = 0;
});

hosted('numbers handles from 1 and uses a freed number next', async () => {
  const instance = await openThings();
  assert.is(await instance.call('new', '', []), 1);
  assert.is(await instance.call('new', '', []), 2);
  await instance.call('drop', '', [1]);
  assert.is(await instance.call('new', '', []), 1);
});

hosted('calls a method on the object that the handle stands for', async () => {
  const instance = await openThings();
  assert.is(await instance.call('poke', '', [await instance.call('new', '', [])]), 5);
});

hosted('disposes the object when its owning handle is dropped', async () => {
  const instance = await openThings();
  await instance.call('drop', '', [await instance.call('new', '', [])]);
  assert.ok(Thing.made[0]?.isDisposed);
});

hosted('gives the object away with its handle, without disposing it', async () => {
  const instance = await openThings();
  const index = await instance.call('new', '', []);
  assert.is(await instance.call('take', '', [index]), Thing.made[0]);
  assert.not(Thing.made[0]?.isDisposed);
  assert.match(String(await rejectionOf(instance.call('poke', '', [index]))), /unknown handle index 1/);
});

hosted('takes an object in as a handle', async () => {
  const instance = await openThings();
  const index = await instance.call('own', '', [new Thing()]);
  assert.is(await instance.call('poke', '', [index]), 5);
});

hosted('lends an object for the time of a call', async () => {
  const instance = await openThings();
  const thing = new Thing();
  await instance.call('borrow-and-drop', '', [thing]);
  assert.not(thing.isDisposed, 'dropping a borrowed handle ends nothing');
});

hosted('lets a guest lend on what it was lent', async () => {
  const instance = await openThings();
  assert.is(await instance.call('borrow-and-poke', '', [new Thing()]), 5);
});

const hostTraps: [what: string, calls: [name: string, ...args: unknown[]][], message: RegExp][] = [
  ['handle 0', [['poke', 0]], /unknown handle index 0/],
  ['a handle that never was', [['poke', 77]], /unknown handle index 77/],
  ['a handle that was dropped', [['new'], ['drop', 1], ['drop', 1]], /unknown handle index 1/],
  ['a handle that was given away', [['new'], ['swallow', 1], ['poke', 1]], /unknown handle index 1/],
  ['a handle of another resource type', [['new'], ['drop-other', 1]], /of another resource type/],
  ['a borrowed handle that is kept', [['borrow', new Thing()]], /borrowed handle was not dropped/],
  ['a borrowed handle that is given away', [['borrow-and-swallow', new Thing()]], /cannot be given away/],
  ['a handle that is lent and given away in one call', [['new'], ['both', 1, 1]], /handle index 1 is lent/],
];
for (const [what, calls, message] of hostTraps) {
  hosted(`traps on ${what}`, async () => {
    const instance = await openThings();
    const last = calls.at(-1) as [string, ...unknown[]];
    for (const [name, ...args] of calls.slice(0, -1)) await instance.call(name, '', args);
    const [name, ...args] = last;
    assert.match(String(await rejectionOf(instance.call(name, '', args))), message);
  });
}

hosted('takes back what a call has lent when it ends', async () => {
  const instance = await openThings();
  await instance.call('new', '', []);
  await instance.call('new', '', []);
  await instance.call('both', '', [1, 2]);
  await instance.call('drop', '', [1]);
  assert.ok(Thing.made[0]?.isDisposed);
});

for (const value of [3, undefined, null, [], Thing]) {
  hosted(`refuses what is no resource: ${value}`, async () => {
    const instance = await openThings();
    assert.match(String(await rejectionOf(instance.call('own', '', [value]))), /expected a resource, not/);
  });
}

hosted.run();

const guests = suite('resources of a guest');

/** A guest that defines `counter` and remembers the last representation that its destructor was given. */
const COUNTER = `(component
  (core module $destructor
    (global $last (mut i32) (i32.const 0))
    (func (export "drop") (param i32) (global.set $last (local.get 0)))
    (func (export "last") (result i32) (global.get $last)))
  (core instance $destructor (instantiate $destructor))
  (type $counter' (resource (rep i32) (dtor (core func $destructor "drop"))))
  (export $counter "counter" (type $counter'))
  (core func $new (canon resource.new $counter'))
  (core func $rep (canon resource.rep $counter'))
  (core func $drop (canon resource.drop $counter'))
  (core module $core
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "new") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "rep") (param i32) (result i32) (call $rep (local.get 0)))
    (func (export "drop") (param i32) (call $drop (local.get 0)))
    (func (export "same") (param i32) (result i32) (local.get 0)))
  (core instance $core (instantiate $core (with "" (instance
    (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
  (func (export "last-dropped") (result u32) (canon lift (core func $destructor "last")))
  (func (export "make") (param "rep" u32) (result (own $counter)) (canon lift (core func $core "new")))
  (func (export "index") (param "counter" (own $counter)) (result u32) (canon lift (core func $core "same")))
  (func (export "rep-at") (param "index" u32) (result u32) (canon lift (core func $core "rep")))
  (func (export "drop-at") (param "index" u32) (canon lift (core func $core "drop")))
  (func (export "borrow") (param "counter" (borrow $counter)) (result u32) (canon lift (core func $core "same"))))`;

guests('are objects to the host, whose disposal runs the destructor once', async () => {
  const instance = await instantiateWat(COUNTER);
  const counter = (await instance.call('make', '', [42])) as Disposable;
  assert.is(await instance.call('last-dropped', '', []), 0);
  counter[Symbol.dispose]();
  assert.is(await instance.call('last-dropped', '', []), 42);
  const other = await instance.call('make', '', [7]);
  counter[Symbol.dispose]();
  assert.is(await instance.call('last-dropped', '', []), 42);
  assert.is(await instance.call('borrow', '', [other]), 7);
});

guests('are borrowed by their definer as representations', async () => {
  const instance = await instantiateWat(COUNTER);
  assert.is(await instance.call('borrow', '', [await instance.call('make', '', [42])]), 42);
});

guests('have representations that only an index finds', async () => {
  const instance = await instantiateWat(COUNTER);
  const index = await instance.call('index', '', [await instance.call('make', '', [42])]);
  assert.is(index, 1);
  assert.is(await instance.call('rep-at', '', [1]), 42);
  assert.match(String(await rejectionOf(instance.call('rep-at', '', [2]))), /unknown handle index 2/);
});

guests('run the destructor when the guest drops its own handle', async () => {
  const instance = await instantiateWat(COUNTER);
  await instance.call('index', '', [await instance.call('make', '', [9])]);
  await instance.call('drop-at', '', [1]);
  assert.is(await instance.call('last-dropped', '', []), 9);
});

guests('cannot be given away twice by the host', async () => {
  const instance = await instantiateWat(COUNTER);
  const counter = await instance.call('make', '', [42]);
  await instance.call('index', '', [counter]);
  assert.match(String(await rejectionOf(instance.call('index', '', [counter]))), /given away or dropped/);
});

guests('are no more than the table of an instance holds', async () => {
  const instance = await instantiateWat(`(component
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core module $core (import "" "new" (func $new (param i32) (result i32)))
      (func (export "run") (loop $next (br_if $next (call $new (i32.const 1))))))
    (core instance $core (instantiate $core (with "" (instance (export "new" (func $new))))))
    (func (export "run") (canon lift (core func $core "run"))))`);
  const trap = await rejectionOf(instance.call('run', '', []));
  assert.instance(trap, Trap);
  assert.match(String(trap), /handle table is full/);
});

guests('of one instance are no resources of another', async () => {
  const [first, second] = [await instantiateWat(COUNTER), await instantiateWat(COUNTER)];
  const counter = await first.call('make', '', [42]);
  assert.match(
    String(await rejectionOf(second.call('borrow', '', [counter]))),
    /expected a resource of this component/,
  );
});

guests.run();
