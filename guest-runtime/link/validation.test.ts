// What a component must not be, rule by rule, in the order of the specification's sections. The assembler lets all of it pass.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkComponent } from './linker.ts';
import { MalformedComponentError } from './reader.ts';
import { binaryFromWat } from './testing/wat.ts';

type Rule = readonly [what: string, text: string, problem: RegExp];

/** `f` takes and returns nothing; `g` takes an i32; `realloc` allocates; `m` is a memory. */
const CORE = `(core module $m
    (func (export "f")) (func (export "g") (param i32)) (func (export "s") (param i32 i32))
    (func (export "r") (result i32) (i32.const 0)) (memory (export "m") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
  (core instance $m (instantiate $m))`;
const MEMORY = '(memory (core memory $m "m"))';
/** Seventeen parameters are one more than are passed as core values. */
const MANY = Array.from({ length: 17 }, (_, at) => `(param "p${at}" u8)`).join(' ');
const HOST = `(import "h" (instance $h
  (export "nothing" (func)) (export "text" (func (result string))) (export "many" (func ${MANY}))))`;

const sections: [section: string, rules: Rule[]][] = [
  [
    'instance definitions',
    [
      [
        'an argument that is given twice',
        '(component (component $c) (core module $m) (instance $i) (instance (instantiate $c (with "a" (instance $i)) (with "a" (instance $i)))))',
        /"a" is given twice/,
      ],
      [
        'a core argument that is given twice',
        '(component (core module $m) (core instance $i (instantiate $m)) (core instance (instantiate $m (with "a" (instance $i)) (with "a" (instance $i)))))',
        /"a" is given twice/,
      ],
      [
        'an export of an inline instance that stands there twice',
        '(component (instance $i) (instance (export "a" (instance $i)) (export "a" (instance $i))))',
        /"a" is exported twice/,
      ],
      [
        'an export of an inline core instance that stands there twice',
        `(component ${CORE} (core instance (export "a" (func $m "f")) (export "a" (func $m "f"))))`,
        /"a" is exported twice/,
      ],
      [
        'a core import of another sort than is given',
        `(component ${CORE} (core module $n (import "" "m" (global i32))) (core instance (instantiate $n (with "" (instance $m)))))`,
        /core import "" "m" is a core-global, not a core-memory/,
      ],
      [
        'a core import of another function type than is given',
        `(component ${CORE} (core module $n (import "" "g" (func (param i64)))) (core instance (instantiate $n (with "" (instance $m)))))`,
        /core import "" "g" is of type l:, not i:/,
      ],
      [
        'an import for which nothing is given',
        '(component (component $c (import "i" (instance))) (instance (instantiate $c)))',
        /no instance is given for import "i"/,
      ],
      [
        'an import for which something of another sort is given',
        '(component (component $c (import "i" (instance))) (component $d) (instance (instantiate $c (with "i" (component $d)))))',
        /what is given for import "i" is of the sort component, not instance/,
      ],
      [
        'an instance that lacks what the import declares',
        '(component (component $c (import "i" (instance (export "f" (func))))) (instance $i) (instance (instantiate $c (with "i" (instance $i)))))',
        /"f" of what is given for import "i" is missing/,
      ],
      [
        'a function of another type than the import declares',
        `(component ${CORE} (component $c (import "f" (func (param "x" u64))))
          (func $g (param "x" u32) (canon lift (core func $m "g"))) (instance (instantiate $c (with "f" (func $g)))))`,
        /what is given for import "f" is of another function type/,
      ],
      [
        'a value type where the import declares another one',
        '(component (component $c (type $u u8) (import "t" (type (eq $u)))) (type $t u16) (instance (instantiate $c (with "t" (type $t)))))',
        /what is given for import "t" is another type/,
      ],
      [
        'a value type where the import declares a resource',
        '(component (component $c (import "t" (type (sub resource)))) (type $t u16) (instance (instantiate $c (with "t" (type $t)))))',
        /what is given for import "t" is another type/,
      ],
      [
        'a resource where the import declares that it is the one that it gave before',
        `(component
          (component $c (import "a" (type $a (sub resource))) (import "b" (type (eq $a))))
          (type $a (resource (rep i32))) (type $b (resource (rep i32)))
          (instance (instantiate $c (with "a" (type $a)) (with "b" (type $b)))))`,
        /what is given for import "b" is another type/,
      ],
      [
        'what an instance has beyond what the import declares',
        `(component
          (component $c (import "i" (instance $i)) (alias export $i "f" (func $f)))
          (import "f" (func $f)) (instance $i (export "f" (func $f))) (instance (instantiate $c (with "i" (instance $i)))))`,
        /exports no func "f"/,
      ],
    ],
  ],
  [
    'alias definitions',
    [
      [
        'an export that is not there',
        '(component (import "i" (instance $i)) (alias export $i "f" (func)))',
        /no func "f"/,
      ],
      [
        'an export of another sort',
        '(component (import "i" (instance $i (export "f" (func)))) (alias export $i "f" (instance)))',
        /no instance "f"/,
      ],
      [
        'a core export that is not there',
        `(component ${CORE} (alias core export $m "x" (core func)))`,
        /no core-func "x"/,
      ],
      [
        'a core export of another sort',
        `(component ${CORE} (alias core export $m "m" (core func)))`,
        /no core-func "m"/,
      ],
    ],
  ],
  [
    'type definitions',
    [
      [
        'a field that stands there twice',
        '(component (type (record (field "a" u8) (field "A" u8))))',
        /twice in a record/,
      ],
      ['a case that stands there twice', '(component (type (variant (case "a") (case "a"))))', /twice in a variant/],
      ['a flag that stands there twice', '(component (type (flags "a" "b" "a")))', /twice in a flags/],
      ['an enum case that stands there twice', '(component (type (enum "a" "a")))', /twice in a enum/],
      [
        'a parameter that stands there twice',
        '(component (type (func (param "a" u8) (param "a" u8))))',
        /twice in a function/,
      ],
      ['an empty record', '(component (type (record)))', /record without elements/],
      ['an empty variant', '(component (type (variant)))', /variant without elements/],
      ['an empty tuple', '(component (type (tuple)))', /tuple without elements/],
      ['flags of none', '(component (type (flags)))', /flags without elements/],
      ['an empty enum', '(component (type (enum)))', /enum without elements/],
      [
        'a field whose name is no label',
        '(component (type (record (field "__proto__" u8))))',
        /"__proto__" is no label/,
      ],
      ['a case whose name is no label', '(component (type (variant (case "a_b"))))', /"a_b" is no label/],
      ['a flag whose name is no label', '(component (type (flags "-a")))', /"-a" is no label/],
      ['an enum case whose name is no label', '(component (type (enum "a--b")))', /"a--b" is no label/],
      ['a parameter whose name is no label', '(component (type (func (param "aB" u8))))', /"aB" is no label/],
      [
        'more than 32 flags',
        `(component (type (flags ${Array.from({ length: 33 }, (_, at) => `"f${at}"`).join(' ')})))`,
        /more than 32 flags/,
      ],
      [
        'a result that holds a borrowed handle',
        '(component (type $r (resource (rep i32))) (type (func (result (option (borrow $r))))))',
        /result holds a borrowed handle/,
      ],
      [
        'a destructor of another type',
        `(component ${CORE} (type (resource (rep i32) (dtor (core func $m "f")))))`,
        /destructor does not take one i32/,
      ],
      [
        'a resource in an instance type',
        '(component (type (instance (type (resource (rep i32))))) (import "i" (instance (type 0))))',
        /cannot define a resource/,
      ],
      [
        'an export of an instance type that stands there twice',
        '(component (import "i" (instance (export "f" (func)) (export "f" (func)))))',
        /"f" is exported twice/,
      ],
      [
        'a function whose type is none of a function',
        '(component (type $t u8) (import "f" (func (type $t))))',
        /function is of a function type/,
      ],
      [
        'an instance whose type is none of an instance',
        '(component (type $t (component)) (import "i" (instance (type $t))))',
        /instance is of an instance type/,
      ],
    ],
  ],
  [
    'canonical definitions',
    [
      [
        'an option that is given twice',
        `(component ${CORE} (func (canon lift (core func $m "f") ${MEMORY} ${MEMORY})))`,
        /given twice/,
      ],
      [
        'two encodings',
        `(component ${CORE} (func (canon lift (core func $m "f") string-encoding=utf8 string-encoding=utf16)))`,
        /given twice/,
      ],
      [
        'a realloc of another type',
        `(component ${CORE} (func (canon lift (core func $m "f") ${MEMORY} (realloc (core func $m "f")))))`,
        /realloc is of type :, not iiii:i/,
      ],
      [
        'a post-return of another type',
        `(component ${CORE} (func (result u32) (canon lift (core func $m "r") (post-return (core func $m "f")))))`,
        /post-return is of type :, not i:/,
      ],
      [
        'a lift to what is no function type',
        `(component ${CORE} (type $t u8) (func (type $t) (canon lift (core func $m "f"))))`,
        /canon lift to what is not a function/,
      ],
      [
        'a lift of strings without realloc',
        `(component ${CORE} (func (param "x" string) (canon lift (core func $m "s") ${MEMORY})))`,
        /canon lift needs a realloc/,
      ],
      [
        'a lift of many parameters without realloc',
        `(component ${CORE} (func ${MANY} (canon lift (core func $m "g") ${MEMORY})))`,
        /canon lift needs a realloc/,
      ],
      [
        'a lift of a large result without a memory',
        `(component ${CORE} (func (result (tuple u8 u8)) (canon lift (core func $m "r"))))`,
        /canon lift needs a memory/,
      ],
      [
        'a lower of many parameters without a memory',
        `(component ${HOST} (core func (canon lower (func $h "many"))))`,
        /canon lower needs a memory/,
      ],
      [
        'a lower of strings that are returned without realloc',
        `(component ${CORE} ${HOST} (core func (canon lower (func $h "text") ${MEMORY})))`,
        /canon lower needs a realloc/,
      ],
      [
        'resource.new of a resource of the host',
        '(component (import "r" (type $r (sub resource))) (core func (canon resource.new $r)))',
        /resource-new of a resource type that another defines/,
      ],
      [
        'resource.rep of a resource of another component',
        '(component (component $c (type $r (resource (rep i32))) (export "r" (type $r))) (instance $i (instantiate $c)) (alias export $i "r" (type $r)) (core func (canon resource.rep $r)))',
        /resource-rep of a resource type that another defines/,
      ],
      [
        'resource.drop of what is no resource',
        '(component (type $t u8) (core func (canon resource.drop $t)))',
        /resource-drop of what is not a resource/,
      ],
    ],
  ],
  [
    'import and export definitions',
    [
      [
        'an import that stands there twice',
        '(component (import "i" (instance)) (import "i" (instance)))',
        /"i" is imported twice/,
      ],
      [
        'an import that differs from another in case alone',
        '(component (import "i" (instance)) (import "I" (instance)))',
        /"I" is imported twice/,
      ],
      [
        'an import whose name is none',
        '(component (import "i j" (instance)))',
        /"i j" is no name of an import or export/,
      ],
      [
        'a static function that differs from another in case alone',
        '(component (import "i" (instance (export "r" (type (sub resource))) (export "[static]r.f" (func)) (export "[static]R.f" (func)))))',
        /"\[static\]R\.f" is exported twice/,
      ],
      [
        'a method of what is no resource beside it',
        '(component (import "i" (instance (export "[static]r.f" (func)))))',
        /"\[static\]r\.f" belongs to no resource/,
      ],
      [
        'a method that does not take itself',
        '(component (import "i" (instance (export "r" (type $r (sub resource))) (export "[method]r.f" (func (param "self" (own $r)))))))',
        /"\[method\]r\.f" does not take a borrowed handle/,
      ],
      [
        'a method that takes itself under another name',
        '(component (import "i" (instance (export "r" (type $r (sub resource))) (export "[method]r.f" (func (param "it" (borrow $r)))))))',
        /"\[method\]r\.f" does not take a borrowed handle as "self"/,
      ],
      [
        'a constructor that makes something else',
        '(component (import "i" (instance (export "r" (type (sub resource))) (export "s" (type $s (sub resource))) (export "[constructor]r" (func (result (own $s)))))))',
        /"\[constructor\]r" does not return a handle/,
      ],
      [
        'an export as what it is not',
        '(component (import "f" (func $f)) (export "f" (func $f) (func (param "x" u8))))',
        /export "f" is of another function type/,
      ],
      [
        'what an export does not show',
        '(component (component $c (import "f" (func $f)) (instance $i (export "f" (func $f))) (export "i" (instance $i) (instance))) (import "f" (func $f)) (instance $c (instantiate $c (with "f" (func $f)))) (alias export $c "i" (instance $i)) (alias export $i "f" (func)))',
        /exports no func "f"/,
      ],
    ],
  ],
];

for (const [section, rules] of sections) {
  const validation = suite(`validation: ${section}`);
  for (const [what, text, problem] of rules) {
    validation(`refuses ${what}`, async () => {
      const bytes = await binaryFromWat(text);
      assert.throws(
        () => linkComponent(bytes),
        (error: unknown) => {
          assert.instance(error, MalformedComponentError);
          assert.match((error as Error).message, problem);
          return true;
        },
      );
    });
  }
  validation.run();
}
