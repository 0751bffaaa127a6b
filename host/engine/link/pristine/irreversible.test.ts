// What cannot be put back: a guest that writes tables or drops segments gets a new instance for each request, whichever way is wanted.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryFromWat } from '../../../../guest-runtime/link/testing/wat.ts';
import type { Isolation } from '../../engine.ts';
import { prepareComponent } from '../testing/component.ts';
import { RESTORE_METHODS } from './memory-method.ts';

/** `dirty` does it and `look` gives what is left of it: both once in each request. */
const formatGuest = (parts: string, dirty: string, look: string): string => `(component
  (core module $core ${parts}
    (func (export "dirty") ${dirty})
    (func (export "look") (result i32) ${look}))
  (core instance $core (instantiate $core))
  (func (export "dirty") (canon lift (core func $core "dirty")))
  (func (export "look") (result u32) (canon lift (core func $core "look"))))`;

const TABLE = '(table $t 2 8 funcref) (elem (table $t) (i32.const 0) func $f) (func $f)';
const ELEMENTS = '(table $t 2 funcref) (elem $e func $f) (func $f)';
const DATA = '(memory 1) (data $d "x")';

/** Each looks like 7 before it is dirty. */
const IS_NULL =
  '(if (result i32) (ref.is_null (table.get $t (i32.const 0))) (then (i32.const 9)) (else (i32.const 7)))';
const IS_NULL_AT_FIRST =
  '(if (result i32) (ref.is_null (table.get $t (i32.const 1))) (then (i32.const 7)) (else (i32.const 9)))';

const guests: [what: string, obstacle: string, parts: string, dirty: string, look: string][] = [
  ['writes a table', 'table.set', TABLE, '(table.set $t (i32.const 0) (ref.null func))', IS_NULL],
  ['fills a table', 'table.fill', TABLE, '(table.fill $t (i32.const 0) (ref.null func) (i32.const 1))', IS_NULL],
  [
    'copies in a table',
    'table.copy',
    TABLE,
    '(table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 1))',
    IS_NULL_AT_FIRST,
  ],
  [
    'grows a table',
    'table.grow',
    TABLE,
    '(drop (table.grow $t (ref.null func) (i32.const 2)))',
    '(i32.add (table.size $t) (i32.const 5))',
  ],
  [
    'fills a table from a segment',
    'table.init',
    ELEMENTS,
    '(table.init $t $e (i32.const 1) (i32.const 0) (i32.const 1))',
    IS_NULL_AT_FIRST,
  ],
  [
    'drops a segment of a table',
    'elem.drop',
    ELEMENTS,
    '(elem.drop $e)',
    '(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 7)',
  ],
  [
    'drops a data segment',
    'data.drop',
    DATA,
    '(data.drop $d)',
    '(memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 7)',
  ],
  [
    'sets a global of references',
    'a mutable global of type 0x70',
    '(global $g (mut funcref) (ref.func $f)) (func $f)',
    '(global.set $g (ref.null func))',
    '(if (result i32) (ref.is_null (global.get $g)) (then (i32.const 9)) (else (i32.const 7)))',
  ],
  [
    'changes an object of the GC proposal',
    'types of the GC proposal',
    '(type $s (struct (field (mut i32)))) (global $g (ref $s) (struct.new $s (i32.const 7)))',
    '(struct.set $s 0 (global.get $g) (i32.const 9))',
    '(struct.get $s 0 (global.get $g))',
  ],
  [
    'writes one of two memories',
    'several memories',
    '(memory $a 1) (memory $b 1) (data (memory $b) (i32.const 0) "\\07")',
    '(i32.store $b (i32.const 0) (i32.const 9))',
    '(i32.load $b (i32.const 0))',
  ],
];

const irreversible = suite('what cannot be put back');

for (const [what, obstacle, parts, dirty, look] of guests) {
  for (const method of RESTORE_METHODS) {
    irreversible(`is new for each request of a guest that ${what}, by the method ${method}`, async () => {
      const told: Isolation[] = [];
      const bytes = await binaryFromWat(formatGuest(parts, dirty, look));
      const prepared = prepareComponent(bytes, { method }, [], (isolation) => told.push(isolation));
      for (let request = 0; request < 3; request++) {
        const instance = await prepared.instantiate(() => ({ imports: {}, release: () => undefined }));
        assert.is(await instance.call('look', '', []), 7);
        await instance.call('dirty', '', []);
        instance.dispose();
      }
      assert.equal(told, [{ method: 'fresh', obstacle: `core module 0 has ${obstacle}` }]);
    });
  }
}

irreversible.run();
