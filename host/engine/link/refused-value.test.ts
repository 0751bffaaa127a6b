// Values that are not of the type that they are lowered to: the host is at fault, and the call fails before the guest runs.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { instantiateWat, rejectionOf } from './testing/component.ts';
import { ALLOCATOR } from './testing/echo-component.ts';

const refused = suite('lowering what is not of the type');

const MEMORY = '(memory (core memory $core "memory")) (realloc (core func $core "cabi_realloc"))';

const values: [type: string, flat: string, value: unknown, problem: RegExp][] = [
  ['u8', 'i32', '1', /expected a number, not "1"/],
  ['u64', 'i64', 1, /expected a bigint, not 1/],
  ['f64', 'f64', 1n, /expected a number, not 1/],
  ['char', 'i32', 'ab', /expected one character, not "ab"/],
  ['char', 'i32', '', /expected one character/],
  ['char', 'i32', '\ud800', /expected one character/],
  ['char', 'i32', 97, /expected one character, not 97/],
  ['string', 'i32 i32', undefined, /expected a string, not undefined/],
  ['(list u8)', 'i32 i32', 'bytes', /expected an array, not "bytes"/],
  ['(list string)', 'i32 i32', {}, /expected an array, not an object of Object/],
  ['(list u8)', 'i32 i32', ['a'], /expected a number, not "a"/],
  ['(tuple u8 u8)', 'i32 i32', [1], /expected an array of 2/],
  ['$record', 'i32', null, /expected an object, not null/],
  ['$flags', 'i32', true, /expected an object, not true/],
  ['$enum', 'i32', 'c', /expected one of a, b, not "c"/],
  ['$variant', 'i32 i32', { tag: 'c' }, /expected one of a, b, not "c"/],
  ['$variant', 'i32 i32', 'a', /expected one of a, b, not "a"/],
  ['$variant', 'i32 i32', { tag: 'b' }, /expected a number, not undefined/],
  ['(result u8)', 'i32 i32', 1, /expected one of ok, err, not 1/],
];
for (const [type, flat, value, problem] of values) {
  const label = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? 'undefined');
  refused(`refuses ${label} as ${type}`, async () => {
    const instance = await instantiateWat(`(component
      (core module $core ${ALLOCATOR}
        (func (export "run") (param ${flat}) unreachable))
      (core instance $core (instantiate $core))
      (type $record' (record (field "a" u8))) (export $record "record-type" (type $record'))
      (type $flags' (flags "a" "b")) (export $flags "flags-type" (type $flags'))
      (type $enum' (enum "a" "b")) (export $enum "enum-type" (type $enum'))
      (type $variant' (variant (case "a") (case "b" u8))) (export $variant "variant-type" (type $variant'))
      (func (export "run") (param "value" ${type}) (canon lift (core func $core "run") ${MEMORY})))`);
    const error = await rejectionOf(instance.call('run', '', [value]));
    assert.instance(error, TypeError);
    assert.match((error as Error).message, problem);
    assert.match(String(await rejectionOf(instance.call('run', '', [value]))), /cannot enter component instance/);
  });
}

refused.run();
