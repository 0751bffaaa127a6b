// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-lower: how imports of the host are called.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComponentInstance } from '../engine.ts';
import { type HostOptions, instantiateWat, rejectionOf } from './testing/component.ts';
import { ALLOCATOR } from './testing/echo-component.ts';

const lower = suite('canon lower');

/** `run` calls the host's `f: func(text: string) -> result<u32, string>` and gives what it returned, as `{tag, val}` in a list. */
const FALLIBLE = `(component
  (import "test:host/f@1.2.3" (instance $host (export "try-it" (func (param "text" string) (result (result u32 (error string)))))))
  (core module $memory ${ALLOCATOR})
  (core instance $memory (instantiate $memory))
  (core func $try (canon lower (func $host "try-it") (memory (core memory $memory "memory"))
    (realloc (core func $memory "cabi_realloc"))))
  (core module $core
    (import "" "try" (func $try (param i32 i32 i32)))
    (import "" "memory" (memory 1))
    (data (i32.const 64) "hello")
    (func (export "run") (result i32)
      (call $try (i32.const 64) (i32.const 5) (i32.const 20))
      (i32.store (i32.const 12) (i32.const 20)) (i32.store (i32.const 16) (i32.const 1)) (i32.const 12))
    (func (export "run-spilled-badly") (call $try (i32.const 64) (i32.const 5) (i32.const 65530))))
  (core instance $core (instantiate $core (with "" (instance
    (export "try" (func $try)) (export "memory" (memory $memory "memory"))))))
  (func (export "run") (result (list (result u32 (error string))))
    (canon lift (core func $core "run") (memory (core memory $memory "memory"))))
  (func (export "run-spilled-badly") (canon lift (core func $core "run-spilled-badly"))))`;

const openFallible = (tryIt: unknown, waits?: HostOptions['waits']): Promise<ComponentInstance> =>
  instantiateWat(FALLIBLE, { imports: { 'test:host/f@1': { tryIt } }, ...(waits && { waits }) });

lower('gives the host arguments in JavaScript and the guest the ok case of what it returns', async () => {
  const seen: unknown[] = [];
  const instance = await openFallible((...args: unknown[]) => {
    seen.push(...args);
    return 7;
  });
  assert.equal(await instance.call('run', '', []), [{ tag: 'ok', val: 7 }]);
  assert.equal(seen, ['hello']);
});

lower('gives the guest the error case for a payload that the host throws', async () => {
  const thrown = Object.assign(new Error('with a payload'), { payload: 'no' });
  const instance = await openFallible(() => {
    throw thrown;
  });
  assert.equal(await instance.call('run', '', []), [{ tag: 'err', val: 'no' }]);
});

lower('gives the guest the error case for any value that is no Error', async () => {
  const instance = await openFallible(() => {
    throw 'plainly no';
  });
  assert.equal(await instance.call('run', '', []), [{ tag: 'err', val: 'plainly no' }]);
});

lower('traps with the failure of the host itself', async () => {
  const failure = new Error('host bug');
  const instance = await openFallible(() => {
    throw failure;
  });
  assert.is(await rejectionOf(instance.call('run', '', [])), failure);
});

lower('traps when the host returns a value of another type', async () => {
  const instance = await openFallible(() => 'seven');
  assert.match(String(await rejectionOf(instance.call('run', '', []))), /expected a number, not "seven"/);
});

lower('traps when the guest wants the result behind the end of its memory', async () => {
  const instance = await openFallible(() => 7);
  assert.match(String(await rejectionOf(instance.call('run-spilled-badly', '', []))), /out of bounds/);
});

/** Seventeen parameters lie in memory, and so does a result of two values: `run` says where. */
const POINTERS = `(component
  (import "test:host/f@1.2.3" (instance $host
    (export "many" (func ${Array.from({ length: 17 }, (_, at) => `(param "p${at}" u32)`).join(' ')} (result (tuple u32 u32))))))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $many (canon lower (func $host "many") (memory (core memory $memory "memory"))))
  (core module $core (import "" "many" (func $many (param i32 i32))) (export "run" (func $many)))
  (core instance $core (instantiate $core (with "" (instance (export "many" (func $many))))))
  (func (export "run") (param "params" u32) (param "result" u32) (canon lift (core func $core "run"))))`;

const pointers: [what: string, params: number, result: number, problem: RegExp | null][] = [
  ['parameters that end where the memory ends', 65536 - 17 * 4, 0, null],
  ['parameters that end behind the memory', 65536 - 16 * 4, 0, /out of bounds/],
  ['parameters at a misaligned pointer', 2, 0, /not aligned to 4/],
  ['a result that ends where the memory ends', 0, 65536 - 8, null],
  ['a result that ends behind the memory', 0, 65536 - 4, /out of bounds/],
  ['a result at a misaligned pointer', 0, 6, /not aligned to 4/],
  ['a pointer that is negative as an i32', 0xffff_fffc, 0, /out of bounds/],
];
for (const [what, params, result, problem] of pointers) {
  lower(`${problem === null ? 'takes' : 'traps on'} ${what}`, async () => {
    const many = () => [1, 2];
    const instance = await instantiateWat(POINTERS, { imports: { 'test:host/f@1': { many } } });
    const run = instance.call('run', '', [params, result]);
    if (problem === null) await run;
    else assert.match(String(await rejectionOf(run)), problem);
  });
}

lower('suspends the guest while the host waits', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const instance = await openFallible(
    () => promise,
    (interfaceName, name) => interfaceName === 'test:host/f' && name === 'try-it',
  );
  const running = instance.call('run', '', []);
  resolve(8);
  assert.equal(await running, [{ tag: 'ok', val: 8 }]);
});

lower('gives the guest the error case for a payload that a promise is rejected with', async () => {
  const instance = await openFallible(
    () => Promise.reject({ payload: 'later no' }),
    () => true,
  );
  assert.equal(await instance.call('run', '', []), [{ tag: 'err', val: 'later no' }]);
});

lower('lets an import that may wait return at once', async () => {
  const instance = await openFallible(
    () => 9,
    () => true,
  );
  assert.equal(await instance.call('run', '', []), [{ tag: 'ok', val: 9 }]);
});

lower('traps with the failure that a promise is rejected with', async () => {
  const failure = new Error('cancelled');
  const instance = await openFallible(
    () => Promise.reject(failure),
    () => true,
  );
  assert.is(await rejectionOf(instance.call('run', '', [])), failure);
});

lower('traps when an import returns a promise that is not known to wait', async () => {
  const instance = await openFallible(() => Promise.resolve(1));
  assert.match(String(await rejectionOf(instance.call('run', '', []))), /not known to wait/);
});

lower('traps when the guest is entered while it waits', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const instance = await openFallible(
    () => promise,
    () => true,
  );
  const running = instance.call('run', '', []);
  assert.match(String(await rejectionOf(instance.call('run', '', []))), /cannot enter component instance/);
  resolve(1);
  assert.equal(await running, [{ tag: 'ok', val: 1 }]);
});

lower('lets two instances wait at a time', async () => {
  const waiting: (() => void)[] = [];
  const wait = () => new Promise<number>((resolve) => waiting.push(() => resolve(waiting.length)));
  const first = await openFallible(wait, () => true);
  const second = await openFallible(wait, () => true);
  const results = Promise.all([first.call('run', '', []), second.call('run', '', [])]);
  for (const resume of waiting.reverse()) resume();
  assert.equal(await results, [[{ tag: 'ok', val: 2 }], [{ tag: 'ok', val: 2 }]]);
});

lower('names the interface that nothing offers', async () => {
  const opening = instantiateWat(FALLIBLE, { imports: {} });
  assert.match(String(await rejectionOf(opening)), /nothing offers the import "test:host\/f@1.2.3"/);
});

lower('fails a call of a function that an interface lacks, and says which', async () => {
  const instance = await instantiateWat(FALLIBLE, { imports: { 'test:host/f@1': {} } });
  assert.match(
    String(await rejectionOf(instance.call('run', '', []))),
    /"test:host\/f@1.2.3" is offered without "try-it"/,
  );
});

lower.run();
