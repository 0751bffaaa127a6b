// Components with their dependencies as instances: whose host objects they call, and that all of them are pristine for each request.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryFromWat } from '../../../guest-runtime/link/testing/wat.ts';
import type { Inheritance, LinkDependency } from '../../gen/runtime.ts';
import type { HostImports, InstanceHost } from '../engine.ts';
import { RESTORE_METHODS } from './pristine/memory-method.ts';
import { prepareComponent } from './testing/component.ts';

/** Hands on what its import `a:b/c@1.0.0` counts, and what the host tells both of them. */
const MAIN = await binaryFromWat(`(component
  (import "a:b/c@1.0.0" (instance $i (export "count" (func (result u32))) (export "ask" (func (result u32)))))
  (import "host:x/y@0.2.3" (instance $host (export "tell" (func (result u32)))))
  (export "count" (func $i "count"))
  (export "ask-dependency" (func $i "ask"))
  (export "ask-self" (func $host "tell")))`);

/** Counts in its memory and in a global, and asks the host in its own version of the interface. */
const COUNTER = await binaryFromWat(`(component
  (import "host:x/y@0.2.0" (instance $host (export "tell" (func (result u32)))))
  (core func $tell (canon lower (func $host "tell")))
  (core module $m (import "" "tell" (func $tell (result i32)))
    (memory 1) (global $count (mut i32) (i32.const 0))
    (func (export "ask") (result i32) (call $tell))
    (func (export "count") (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 10)))
      (i32.add (global.get $count) (i32.load (i32.const 8)))))
  (core instance $m (instantiate $m (with "" (instance (export "tell" (func $tell))))))
  (func $count (result u32) (canon lift (core func $m "count")))
  (func $ask (result u32) (canon lift (core func $m "ask")))
  (instance $i (export "count" (func $count)) (export "ask" (func $ask)))
  (export "a:b/c@1.0.0" (instance $i)))`);

const dependencyOf = (inherit: Inheritance): LinkDependency => ({
  name: 'counter',
  imports: { tag: 'package', val: { package: 'a:b' } },
  inherit,
  component: COUNTER,
});

const ALL: Inheritance = { tag: 'all' };
const NOTHING: Inheritance = { tag: 'some', val: [] };

const tells = (value: number): HostImports => ({ 'host:x/y@0.2': { tell: () => value } });
const createHost = (): InstanceHost => ({
  imports: tells(1),
  dependencies: new Map([[0, tells(2)]]),
  release: () => undefined,
});

const dependency = suite('a dependency');

for (const method of RESTORE_METHODS) {
  dependency(`is as pristine as its component, by the method ${method}`, async () => {
    const prepared = prepareComponent(MAIN, { method }, [dependencyOf(ALL)]);
    for (const _ of [1, 2, 3]) {
      const instance = await prepared.instantiate(createHost);
      assert.equal([await instance.call('count', '', []), await instance.call('count', '', [])], [11, 22]);
      instance.dispose();
    }
  });
}

const grants: [what: string, inherit: Inheritance, told: number][] = [
  ['calls the host objects of its component when it inherits', ALL, 1],
  ['calls host objects of its own when it does not inherit', NOTHING, 2],
];
for (const [what, inherit, told] of grants) {
  dependency(what, async () => {
    const instance = await prepareComponent(MAIN, {}, [dependencyOf(inherit)]).instantiate(createHost);
    assert.equal([await instance.call('ask-dependency', '', []), await instance.call('ask-self', '', [])], [told, 1]);
  });
}

dependency('is not instantiated when nothing offers what it imports', async () => {
  const prepared = prepareComponent(MAIN, {}, [dependencyOf(NOTHING)]);
  const host: InstanceHost = { imports: tells(1), release: () => undefined };
  assert.throws(() => prepared.instantiate(() => host), /nothing offers the import "host:x\/y@0\.2\.0"/);
});

dependency.run();
