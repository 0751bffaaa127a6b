// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md, `load_string` and `store_string`

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryFromWat } from '../../../guest-runtime/link/testing/wat.ts';
import type { ComponentInstance } from '../engine.ts';
import { instantiateWat, prepareComponent, rejectionOf } from './testing/component.ts';
import { ALLOCATOR } from './testing/echo-component.ts';
import { Trap } from './trap.ts';

const ENCODINGS = ['utf8', 'utf16', 'latin1+utf16'] as const;

/** `reveal` gives the bytes of its string, as many as it is told, and the length it was given; `make` is the reverse. */
function formatComponent(encoding: string): string {
  const lift = (name: string) => `(canon lift (core func $core "${name}") (memory (core memory $core "memory"))
    (realloc (core func $core "cabi_realloc")) string-encoding=${encoding})`;
  return `(component
    (core module $core ${ALLOCATOR}
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
      (func (export "reveal") (param $text i32) (param $length i32) (param $bytes i32) (result i32)
        (i32.store (i32.const 16) (local.get $text)) (i32.store (i32.const 20) (local.get $bytes))
        (i32.store (i32.const 24) (local.get $length)) (i32.const 16))
      (func (export "make") (param $bytes i32) (param $count i32) (param $length i32) (result i32)
        (i32.store (i32.const 16) (local.get $bytes)) (i32.store (i32.const 20) (local.get $length)) (i32.const 16))
      (func (export "at") (param $pointer i32) (param $length i32) (result i32)
        (i32.store (i32.const 16) (local.get $pointer)) (i32.store (i32.const 20) (local.get $length)) (i32.const 16)))
    (core instance $core (instantiate $core))
    (func (export "echo") (param "text" string) (result string) ${lift('echo')})
    (func (export "reveal") (param "text" string) (param "bytes" u32) (result (tuple (list u8) u32)) ${lift('reveal')})
    (func (export "make") (param "bytes" (list u8)) (param "length" u32) (result string) ${lift('make')})
    (func (export "at") (param "pointer" u32) (param "length" u32) (result string) ${lift('at')}))`;
}

const open = (encoding: string): Promise<ComponentInstance> => instantiateWat(formatComponent(encoding));
const UTF16 = 0x80000000;

const strings = suite('strings');

const texts = [
  '',
  'a',
  'plain ascii that is longer than the short ones',
  'ÿ latin1',
  'ÿ and Ω',
  '\u{1f600}',
  'x'.repeat(100_000),
];
for (const encoding of ENCODINGS) {
  for (const text of texts) {
    strings(`passes ${JSON.stringify(text.slice(0, 20))} in ${encoding}`, async () => {
      const instance = await open(encoding);
      assert.is(await instance.call('echo', '', [text]), text);
    });
  }
}

const stored: [encoding: string, text: string, bytes: number[], length: number][] = [
  ['utf8', 'aé\u{1f600}', [0x61, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80], 7],
  ['utf16', 'aé\u{1f600}', [0x61, 0, 0xe9, 0, 0x3d, 0xd8, 0x00, 0xde], 4],
  ['latin1+utf16', 'aé', [0x61, 0xe9], 2],
  ['latin1+utf16', 'aΩ', [0x61, 0, 0xa9, 0x03], 2 + UTF16],
];
for (const [encoding, text, bytes, length] of stored) {
  strings(`stores ${text} in ${encoding} as ${bytes.length} bytes with length ${length}`, async () => {
    const instance = await open(encoding);
    assert.equal(await instance.call('reveal', '', [text, bytes.length]), [Uint8Array.from(bytes), length]);
  });
  strings(`loads ${text} from ${encoding}`, async () => {
    const instance = await open(encoding);
    assert.is(await instance.call('make', '', [Uint8Array.from(bytes), length]), text);
  });
}

strings('loads every latin1 byte as the character of that number', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  const instance = await open('latin1+utf16');
  assert.is(await instance.call('make', '', [bytes, 256]), String.fromCharCode(...bytes));
});

for (const encoding of ENCODINGS) {
  strings(`replaces half of a surrogate pair when it stores in ${encoding}`, async () => {
    const instance = await open(encoding);
    assert.is(await instance.call('echo', '', ['a\ud800b']), 'a\ufffdb');
  });
}

const traps: [what: string, encoding: string, pointer: number, length: number, bytes: number[]][] = [
  ['bytes that are not UTF-8', 'utf8', 0, 2, [0xc3, 0x28]],
  ['bytes that are not UTF-8 in a long string', 'utf8', 0, 30, [0xc3, 0x28]],
  ['half of a surrogate pair', 'utf16', 0, 1, [0x00, 0xd8]],
  ['a UTF-16 string at an odd pointer', 'utf16', 1, 1, []],
  ['a latin1 string at an odd pointer', 'latin1+utf16', 1, 1, []],
  ['a string behind the end of memory', 'utf8', 65535, 2, []],
  ['a UTF-16 string whose second half is behind the end', 'utf16', 65534, 2, []],
  ['a length that overflows', 'utf8', 65535, 0xffffffff, []],
  ['a tagged length that overflows', 'latin1+utf16', 0, 0xffffffff, []],
];
for (const [what, encoding, pointer, length, bytes] of traps) {
  strings(`traps on ${what} (${encoding})`, async () => {
    const instance = await open(encoding);
    const call =
      bytes.length > 0
        ? instance.call('make', '', [Uint8Array.of(...bytes, ...new Uint8Array(30)), length])
        : instance.call('at', '', [pointer, length]);
    assert.instance(await rejectionOf(call), Trap);
  });
}

for (const encoding of ENCODINGS) {
  strings(`traps on a string longer than JavaScript has (${encoding})`, async () => {
    const lift = `(canon lift (core func $core "run") (memory (core memory $core "memory")) string-encoding=${encoding})`;
    const length = encoding === 'utf16' ? 0x2000_0000 : 0x3000_0000;
    const bytes = await binaryFromWat(`(component
      (core module $core (memory (export "memory") 0x4001)
        (func (export "run") (result i32) (i32.store (i32.const 4) (i32.const ${length})) (i32.const 0)))
      (core instance $core (instantiate $core))
      (func (export "run") (result string) ${lift}))`);
    // A snapshot would copy the memory, of which not one page is touched.
    const prepared = prepareComponent(bytes, { method: 'fresh' });
    const instance = await prepared.instantiate(() => ({ imports: {}, release: () => undefined }));
    assert.instance(await rejectionOf(instance.call('run', '', [])), Trap);
  });
}

strings('allows an empty string at the very end of memory', async () => {
  const instance = await open('utf8');
  assert.is(await instance.call('at', '', [65536, 0]), '');
});

strings('refuses what is no string', async () => {
  const instance = await open('utf8');
  assert.instance(await rejectionOf(instance.call('echo', '', [7])), TypeError);
});

strings.run();
