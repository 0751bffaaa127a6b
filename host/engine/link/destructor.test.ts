// Destructors of resources that a guest defines: whoever drops the last handle enters the component instance that defines it.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-resourcedrop

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryFromWat } from '../../../guest-runtime/link/testing/wat.ts';
import type { ComponentInstance, HostImports } from '../engine.ts';
import { instantiateWat, prepareComponent, rejectionOf } from './testing/component.ts';
import { Trap } from './trap.ts';

const destructors = suite('destructors');

/** Defines a resource whose destructor does what a test says; `call` is a function of the host. */
const formatGuest = (destructor: string): string => `(component
  (import "call" (func $call (result u32)))
  (core func $call (canon lower (func $call)))
  (core module $destructor (import "" "call" (func $call (result i32)))
    (global $dropped (mut i32) (i32.const 0))
    (func (export "drop") (param i32) (global.set $dropped (local.get 0)) ${destructor})
    (func (export "dropped") (result i32) (global.get $dropped)))
  (core instance $destructor (instantiate $destructor (with "" (instance (export "call" (func $call))))))
  (type $r' (resource (rep i32) (dtor (core func $destructor "drop"))))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core func $drop (canon resource.drop $r'))
  (core module $core (import "" "new" (func $new (param i32) (result i32))) (import "" "drop" (func $drop (param i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "run") (param i32) (call $drop (call $new (local.get 0)))))
  (core instance $core (instantiate $core (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $core "make")))
  (func (export "run") (param "rep" u32) (canon lift (core func $core "run")))
  (func (export "dropped") (result u32) (canon lift (core func $destructor "dropped"))))`;

const importsOf = (call: () => unknown): HostImports => ({ call: { default: call } });
const makeIn = async (instance: ComponentInstance) => (await instance.call('make', '', [7])) as Disposable;

destructors('keep the component instance closed while they run', async () => {
  let inner: Promise<unknown> | undefined;
  const call = () => {
    inner = rejectionOf(instance.call('dropped', '', []));
    return 0;
  };
  const instance = await instantiateWat(formatGuest('(drop (call $call))'), { imports: importsOf(call) });
  (await makeIn(instance))[Symbol.dispose]();
  assert.match(String(await inner), /cannot enter component instance/);
  assert.is(await instance.call('dropped', '', []), 7, 'it is open again');
});

destructors('leave the component instance closed after a trap', async () => {
  const instance = await instantiateWat(formatGuest('unreachable'), { imports: importsOf(() => 0) });
  const resource = await makeIn(instance);
  assert.throws(() => resource[Symbol.dispose](), 'unreachable');
  assert.match(String(await rejectionOf(instance.call('dropped', '', []))), /cannot enter component instance/);
});

destructors('leave an instance that is never used again after a trap in between calls', async () => {
  const prepared = prepareComponent(await binaryFromWat(formatGuest('unreachable')), { method: 'copy' });
  let made = 0;
  const open = () =>
    prepared.instantiate(() => {
      made++;
      return { imports: importsOf(() => 0), release: () => undefined };
    });
  const instance = await open();
  const resource = await makeIn(instance);
  assert.throws(() => resource[Symbol.dispose](), 'unreachable');
  instance.dispose();
  await open();
  assert.is(made, 2);
});

destructors('may wait when the guest drops a handle, not when the host does', async () => {
  const instance = await instantiateWat(formatGuest('(drop (call $call))'), {
    imports: importsOf(() => Promise.resolve(1)),
    waits: () => true,
  });
  await instance.call('run', '', [9]);
  assert.is(await instance.call('dropped', '', []), 9);
  const resource = await makeIn(instance);
  assert.throws(() => resource[Symbol.dispose](), /trying to suspend/);
});

/** The outer component defines a resource, with a destructor or without; the inner one drops the handle that it is given. */
const formatForeign = (hasDestructor: boolean): string => `(component
  (core module $destructor (func (export "drop") (param i32)))
  (core instance $destructor (instantiate $destructor))
  (type $r (resource (rep i32) ${hasDestructor ? '(dtor (core func $destructor "drop"))' : ''}))
  (component $inner
    (import "r" (type $r (sub resource)))
    (core func $drop (canon resource.drop $r))
    (core module $core (import "" "drop" (func $drop (param i32))) (func (export "take") (param i32) (call $drop (local.get 0))))
    (core instance $core (instantiate $core (with "" (instance (export "drop" (func $drop))))))
    (func (export "take") (param "r" (own $r)) (canon lift (core func $core "take"))))
  (instance $inner (instantiate $inner (with "r" (type $r))))
  (core func $take (canon lower (func $inner "take")))
  (core func $new (canon resource.new $r))
  (core module $core (import "" "take" (func $take (param i32))) (import "" "new" (func $new (param i32) (result i32)))
    (func (export "run") (call $take (call $new (i32.const 1))))
    (func (export "make") (result i32) (call $new (i32.const 1))))
  (core instance $core (instantiate $core (with "" (instance (export "take" (func $take)) (export "new" (func $new))))))
  (export $r' "r" (type $r))
  (func (export "run") (canon lift (core func $core "run")))
  (func (export "make") (result (own $r')) (canon lift (core func $core "make")))
  (export "take" (func $inner "take")))`;

destructors('trap when a handle is dropped whose destructor belongs to one that is running', async () => {
  const instance = await instantiateWat(formatForeign(true));
  await instance.call('take', '', [await instance.call('make', '', [])]);
  assert.match(String(await rejectionOf(instance.call('run', '', []))), /cannot enter component instance/);
});

destructors('need not be there for a handle to be dropped only while its definer is not running', async () => {
  const instance = await instantiateWat(formatForeign(false));
  await instance.call('take', '', [await instance.call('make', '', [])]);
  const trap = await rejectionOf(instance.call('run', '', []));
  assert.instance(trap, Trap);
  assert.match(String(trap), /cannot enter component instance/);
});

destructors.run();
