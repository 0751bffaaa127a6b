// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-lift: how exports are entered and left.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { instantiateWat, rejectionOf } from './testing/component.ts';
import { ALLOCATOR } from './testing/echo-component.ts';
import { ComponentError, Trap } from './trap.ts';

const lift = suite('canon lift');

/** A component of one core module, whose import `call` is the host's function `call`. */
function formatComponent(core: string, lifted: string): string {
  return `(component
    (import "call" (func $call))
    (core func $call (canon lower (func $call)))
    (core module $core (import "" "call" (func $call)) ${core})
    (core instance $core (instantiate $core (with "" (instance (export "call" (func $call))))))
    ${lifted})`;
}

const MEMORY = '(memory (core memory $core "memory")) (realloc (core func $core "cabi_realloc"))';

lift('traps when the guest is entered from an import that it calls', async () => {
  let inner: Promise<unknown> | undefined;
  const call = () => {
    inner = instance.call('run', '', []);
    inner.catch(() => undefined);
  };
  const instance = await instantiateWat(
    formatComponent('(func (export "run") (call $call))', '(func (export "run") (canon lift (core func $core "run")))'),
    { imports: { call: { default: call } } },
  );
  await instance.call('run', '', []);
  assert.match(String(await rejectionOf(inner as Promise<unknown>)), /cannot enter component instance/);
});

lift('never enters again after a trap', async () => {
  const instance = await instantiateWat(
    formatComponent(
      '(func (export "trap") unreachable) (func (export "run"))',
      `(func (export "trap") (canon lift (core func $core "trap")))
       (func (export "run") (canon lift (core func $core "run")))`,
    ),
    { imports: { call: { default: () => undefined } } },
  );
  await instance.call('run', '', []);
  assert.instance(await rejectionOf(instance.call('trap', '', [])), WebAssembly.RuntimeError);
  assert.match(String(await rejectionOf(instance.call('run', '', []))), /cannot enter component instance/);
});

lift('fails a call whose guest catches the trap of an import', async () => {
  const call = () => {
    throw new Error('host bug');
  };
  const instance = await instantiateWat(
    formatComponent(
      '(func (export "run") (try_table (catch_all 0) (call $call)))',
      '(func (export "run") (canon lift (core func $core "run")))',
    ),
    { imports: { call: { default: call } } },
  );
  assert.match(String(await rejectionOf(instance.call('run', '', []))), /host bug/);
});

lift('traps when realloc calls an import while arguments are lowered', async () => {
  const instance = await instantiateWat(
    formatComponent(
      `(memory (export "memory") 1)
       (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $call) (i32.const 0))
       (func (export "run") (param i32 i32))`,
      `(func (export "run") (param "text" string) (canon lift (core func $core "run") ${MEMORY}))`,
    ),
    { imports: { call: { default: () => undefined } } },
  );
  assert.match(String(await rejectionOf(instance.call('run', '', ['x']))), /cannot leave component instance/);
});

lift('calls post-return with what the core function returned, after the result was read', async () => {
  const instance = await instantiateWat(
    formatComponent(
      `${ALLOCATOR} (global $freed (mut i32) (i32.const 0))
       (func (export "run") (result i32) (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (i32.const 1))
         (i32.store8 (i32.const 64) (i32.const 97)) (i32.const 16))
       (func (export "free") (param i32) (i32.store8 (i32.const 64) (i32.const 98)) (global.set $freed (local.get 0)))
       (func (export "freed") (result i32) (global.get $freed))`,
      `(func (export "run") (result string) (canon lift (core func $core "run") ${MEMORY} (post-return (core func $core "free"))))
       (func (export "freed") (result u32) (canon lift (core func $core "freed")))`,
    ),
    { imports: { call: { default: () => undefined } } },
  );
  assert.is(await instance.call('run', '', []), 'a');
  assert.is(await instance.call('freed', '', []), 16);
});

lift('traps when post-return calls an import', async () => {
  const instance = await instantiateWat(
    formatComponent(
      '(func (export "run") (result i32) (i32.const 1)) (func (export "free") (param i32) (call $call))',
      '(func (export "run") (result u32) (canon lift (core func $core "run") (post-return (core func $core "free"))))',
    ),
    { imports: { call: { default: () => undefined } } },
  );
  assert.match(String(await rejectionOf(instance.call('run', '', []))), /cannot leave component instance/);
});

/** What a guest must not do while it allocates or frees, with a resource of its own. */
const BUILTINS: [name: string, call: string][] = [
  ['resource.new', '(drop (call $new (i32.const 1)))'],
  ['resource.drop', '(call $drop (i32.const 1))'],
];
for (const [name, call] of BUILTINS) {
  const guest = (realloc: string, postReturn: string) => `(component
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r)) (core func $drop (canon resource.drop $r))
    (core module $core (import "" "new" (func $new (param i32) (result i32))) (import "" "drop" (func $drop (param i32)))
      (memory (export "memory") 1)
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) ${realloc} (i32.const 0))
      (func (export "make") (drop (call $new (i32.const 7))))
      (func (export "take") (param i32 i32))
      (func (export "give") (result i32) (i32.const 1))
      (func (export "free") (param i32) ${postReturn}))
    (core instance $core (instantiate $core (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (func (export "make") (canon lift (core func $core "make")))
    (func (export "take") (param "text" string) (canon lift (core func $core "take") ${MEMORY}))
    (func (export "give") (result u32) (canon lift (core func $core "give") (post-return (core func $core "free")))))`;

  lift(`traps when realloc calls ${name}`, async () => {
    const instance = await instantiateWat(guest(call, ''));
    await instance.call('make', '', []);
    assert.match(String(await rejectionOf(instance.call('take', '', ['x']))), /cannot leave component instance/);
  });

  lift(`traps when post-return calls ${name}`, async () => {
    const instance = await instantiateWat(guest('', call));
    await instance.call('make', '', []);
    assert.match(String(await rejectionOf(instance.call('give', '', []))), /cannot leave component instance/);
  });
}

lift('returns the ok case of a result and throws the error case', async () => {
  const instance = await instantiateWat(
    formatComponent(
      `${ALLOCATOR} (func (export "run") (param i32) (result i32)
         (i32.store8 (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (i32.const 7)) (i32.const 16))`,
      `(func (export "run") (param "fails" bool) (result (result u32 (error u32))) (canon lift (core func $core "run") ${MEMORY}))`,
    ),
    { imports: { call: { default: () => undefined } } },
  );
  assert.is(await instance.call('run', '', [false]), 7);
  const error = await rejectionOf(instance.call('run', '', [true]));
  assert.instance(error, ComponentError);
  assert.is((error as ComponentError).payload, 7);
  assert.is(await instance.call('run', '', [false]), 7, 'an error is no trap');
});

/** `run` returns the pointer it is given, for a result that lies there. */
const resultTraps: [what: string, type: string, pointer: number, memory: string][] = [
  ['a result behind the end of memory', '(tuple u32 u32)', 65532, ''],
  ['a result at a misaligned pointer', '(tuple u32 u32)', 18, ''],
  ['a variant case that is not there', '(result u8 (error u8))', 16, '\\05'],
  ['a character beyond Unicode', '(tuple char char)', 16, '\\00\\00\\11\\00'],
  ['a surrogate as a character', '(tuple char char)', 16, '\\00\\d8\\00\\00'],
  ['a list at a misaligned pointer', '(list u32)', 16, '\\02\\00\\00\\00\\01\\00\\00\\00'],
  ['a list that ends behind the memory', '(list u32)', 16, '\\fc\\ff\\00\\00\\02\\00\\00\\00'],
  ['a list whose bytes overflow', '(list u64)', 16, '\\00\\00\\00\\00\\ff\\ff\\ff\\ff'],
  ['a list of lists that ends behind the memory', '(list (list u8))', 16, '\\f8\\ff\\00\\00\\02\\00\\00\\00'],
];
for (const [what, type, pointer, memory] of resultTraps) {
  lift(`traps on ${what}`, async () => {
    const instance = await instantiateWat(
      formatComponent(
        `${ALLOCATOR} (data (i32.const 16) "${memory}") (func (export "run") (param i32) (result i32) (local.get 0))`,
        `(func (export "run") (param "pointer" u32) (result ${type}) (canon lift (core func $core "run") ${MEMORY}))`,
      ),
      { imports: { call: { default: () => undefined } } },
    );
    assert.instance(await rejectionOf(instance.call('run', '', [pointer])), Trap);
  });
}

/** As many elements as a type's list has room for, each of which points at all of the first page and a half. */
const repeated: [type: string, elements: number][] = [
  ['(list (list u8))', 4000],
  ['(list (list bool))', 4000],
  ['(list (option (list (tuple u8 u8))))', 2000],
];
for (const [type, elements] of repeated) {
  lift(`traps on a value of type ${type} that is larger than all memory, because its parts are the same`, async () => {
    const length = 0x18000 / (type.includes('tuple') ? 2 : 1);
    const part = type.includes('option') ? [1, 0, length] : [0, length];
    const words = Uint32Array.from({ length: elements * part.length }, (_, at) => part[at % part.length] as number);
    const core = `(memory (export "memory") 4) (global $at (mut i32) (i32.const 0))
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0x20000))
      (func (export "run") (param i32 i32) (result i32)
        (i32.store (i32.const 0x1fff0) (local.get 0)) (i32.store (i32.const 0x1fff4) (i32.const ${elements})) (i32.const 0x1fff0))`;
    const instance = await instantiateWat(
      formatComponent(
        core,
        `(func (export "run") (param "words" (list u32)) (result ${type}) (canon lift (core func $core "run") ${MEMORY}))`,
      ),
      { imports: { call: { default: () => undefined } } },
    );
    assert.match(
      String(await rejectionOf(instance.call('run', '', [words]))),
      /list has parts of more than 134217728 bytes/,
    );
  });
}

const reallocTraps: [what: string, pointer: number, type: string, value: unknown][] = [
  ['realloc returns a misaligned pointer', 17, '(list u32)', Uint32Array.of(1)],
  ['realloc returns a misaligned pointer for a list of no numbers', 18, '(list string)', ['']],
  ['realloc returns a pointer behind the end of memory', 65535, 'string', 'ab'],
];
for (const [what, pointer, type, value] of reallocTraps) {
  lift(`traps when ${what}`, async () => {
    const instance = await instantiateWat(
      formatComponent(
        `(memory (export "memory") 1)
         (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const ${pointer}))
         (func (export "run") (param i32 i32))`,
        `(func (export "run") (param "value" ${type}) (canon lift (core func $core "run") ${MEMORY}))`,
      ),
      { imports: { call: { default: () => undefined } } },
    );
    assert.instance(await rejectionOf(instance.call('run', '', [value])), Trap);
  });
}

lift('wraps numbers that are out of range', async () => {
  const instance = await instantiateWat(
    formatComponent(
      '(func (export "run") (param i32 i32 i64) (result i64) (local.get 2))',
      '(func (export "run") (param "a" u8) (param "b" s16) (param "c" s64) (result u64) (canon lift (core func $core "run")))',
    ),
    { imports: { call: { default: () => undefined } } },
  );
  assert.is(await instance.call('run', '', [257, 70000, -1n]), 0xffffffffffffffffn);
});

lift('ignores the high bits of a core value', async () => {
  const instance = await instantiateWat(
    formatComponent(
      `(func (export "u8") (result i32) (i32.const -1)) (func (export "s8") (result i32) (i32.const 0x180))
       (func (export "bool") (result i32) (i32.const 256)) (func (export "flags") (result i32) (i32.const -2))`,
      `(func (export "u8") (result u8) (canon lift (core func $core "u8")))
       (func (export "s8") (result s8) (canon lift (core func $core "s8")))
       (func (export "bool") (result bool) (canon lift (core func $core "bool")))
       (type $flags' (flags "a" "b")) (export $flags "flags-type" (type $flags'))
       (func (export "flags") (result $flags) (canon lift (core func $core "flags")))`,
    ),
    { imports: { call: { default: () => undefined } } },
  );
  assert.is(await instance.call('u8', '', []), 255);
  assert.is(await instance.call('s8', '', []), -128);
  assert.is(await instance.call('bool', '', []), true);
  assert.equal(await instance.call('flags', '', []), { a: false, b: true });
});

const flatTraps: [what: string, type: string, core: number][] = [
  ['a surrogate', 'char', 0xd800],
  ['a character beyond Unicode', 'char', 0x110000],
  ['an enum case that is not there', '$enum', 2],
  ['a case of a result that is not there', '(result)', 2],
];
for (const [what, type, core] of flatTraps) {
  lift(`traps on ${what} as a core value`, async () => {
    const instance = await instantiateWat(
      formatComponent(
        `(func (export "run") (result i32) (i32.const ${core}))`,
        `(type $enum' (enum "a" "b")) (export $enum "e" (type $enum'))
         (func (export "run") (result ${type}) (canon lift (core func $core "run")))`,
      ),
      { imports: { call: { default: () => undefined } } },
    );
    assert.instance(await rejectionOf(instance.call('run', '', [])), Trap);
  });
}

lift('says which export is not there', async () => {
  const instance = await instantiateWat('(component)');
  assert.match(String(await rejectionOf(instance.call('a:b/c', 'd', []))), /no "a:b\/c#d"/);
});

lift.run();
