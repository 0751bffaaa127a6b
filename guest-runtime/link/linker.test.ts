// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md: definitions, and what is left of them in a plan.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LinkPlan } from '../../host/gen/runtime.ts';
import { linkComponent } from './linker.ts';
import { MalformedComponentError, UnsupportedComponentError } from './reader.ts';
import { binaryFromWat } from './testing/wat.ts';

const link = suite('linkComponent');

const linkWat = async (text: string): Promise<LinkPlan> => linkComponent(await binaryFromWat(text));

link('names imports and exports with versions, in their order', async () => {
  const plan = await linkWat(`(component
    (import "b:c/d@1.2.3" (instance (export "f" (func))))
    (import "a" (func $a))
    (export "z" (func $a)))`);
  assert.equal(plan.imports, ['b:c/d@1.2.3', 'a']);
  assert.equal(plan.exports, ['z']);
});

link('gives core modules as ranges of the bytes', async () => {
  const bytes = await binaryFromWat(`(component
    (core module $m (func (export "f")))
    (core instance (instantiate $m)))`);
  const [range] = linkComponent(bytes).modules;
  assert.ok(range);
  const module = new WebAssembly.Module(new Uint8Array(bytes.subarray(range.start, range.end)));
  assert.equal(WebAssembly.Module.exports(module), [{ name: 'f', kind: 'function' }]);
});

link('binds core imports to exports of earlier core instances, through bundles and aliases', async () => {
  const plan = await linkWat(`(component
    (core module $a (func (export "f")) (memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 1)))
    (core module $b (import "x" "f'" (func)) (import "y" "m" (memory 1)) (import "x" "t" (table 1 funcref)) (import "x" "g" (global i32)))
    (core instance $a (instantiate $a))
    (alias core export $a "f" (core func $f))
    (core instance $x (export "f'" (func $f)) (export "t" (table $a "t")) (export "g" (global $a "g")))
    (core instance (instantiate $b (with "x" (instance $x)) (with "y" (instance $a)))))`);
  const from = (name: string) => ({ tag: 'core-export', val: { instance: 0, name } });
  assert.equal(plan.coreInstances, [
    { module: 0, imports: [] },
    {
      module: 1,
      imports: [
        { module: 'x', name: "f'", item: from('f') },
        { module: 'y', name: 'm', item: from('m') },
        { module: 'x', name: 't', item: from('t') },
        { module: 'x', name: 'g', item: from('g') },
      ],
    },
  ]);
});

link('binds core imports to lowered functions of the host, with their options', async () => {
  const plan = await linkWat(`(component
    (import "a:b/c@0.1.0" (instance $i (export "f" (func (param "s" string) (result u8)))))
    (core module $memory (memory (export "m") 1))
    (core instance $memory (instantiate $memory))
    (core func $f (canon lower (func $i "f") (memory (core memory $memory "m")) string-encoding=utf16))
    (core module $m (import "" "f" (func (param i32 i32) (result i32))))
    (core instance (instantiate $m (with "" (instance (export "f" (func $f)))))))`);
  assert.equal(plan.coreInstances[1]?.imports, [{ module: '', name: 'f', item: { tag: 'lowered', val: 0 } }]);
  const memory = { tag: 'core-export', val: { instance: 0, name: 'm' } };
  assert.equal(plan.lowered, [
    { instance: 0, callee: { tag: 'host', val: 0 }, options: { encoding: 'utf16', memory } },
  ]);
  assert.equal(plan.hostFunctions, [{ interface: 'a:b/c@0.1.0', name: 'f', type: 0 }]);
  const [type] = plan.functionTypes;
  assert.equal(plan.types[type?.params[0]?.type ?? -1], { tag: 'primitive', val: 'string' });
  assert.equal(plan.types[type?.result ?? -1], { tag: 'primitive', val: 'u8' });
});

link('leaves out functions of the host that nothing calls', async () => {
  const plan = await linkWat('(component (import "a:b/c" (instance (export "f" (func)))))');
  assert.equal(plan.hostFunctions, []);
});

link('lists each type once, parts before wholes', async () => {
  const plan = await linkWat(`(component
    (type $r (record (field "a" u8) (field "b" (list u8))))
    (import "f" (func $f (param "x" (tuple (list u8) (list u8))) (param "y" (list u8)))))`);
  const list = plan.types.findIndex((type) => type.tag === 'list');
  assert.is(plan.types.filter((type) => type.tag === 'list').length, 1);
  assert.equal(plan.types.at(-1), { tag: 'tuple', val: [{ type: list }, { type: list }] });
});

link('gives each export of an instance as a lifted function', async () => {
  const plan = await linkWat(`(component
    (core module $m (func (export "f") (param i32) (result i32) (local.get 0)) (func (export "p") (param i32)))
    (core instance $m (instantiate $m))
    (func $f (param "x" u32) (result u32) (canon lift (core func $m "f") (post-return (core func $m "p"))))
    (instance $i (export "f" (func $f)))
    (export "a:b/c@1.0.0" (instance $i)))`);
  assert.equal(plan.exportedFunctions, [
    { interface: 'a:b/c@1.0.0', name: 'f', callee: { tag: 'lifted', val: 0 }, type: 0 },
  ]);
  const core = (name: string) => ({ tag: 'core-export', val: { instance: 0, name } });
  const options = { encoding: 'utf8', postReturn: core('p') };
  assert.equal(plan.lifted, [{ instance: 0, function: core('f'), type: 0, options }]);
});

link('tells resources of the host from those that an instance defines', async () => {
  const plan = await linkWat(`(component
    (import "a:b/c" (instance $i (export "r" (type (sub resource)))))
    (alias export $i "r" (type $r))
    (component $c (type $own (resource (rep i32))) (export "own" (type $own)))
    (instance (instantiate $c))
    (instance (instantiate $c)))`);
  assert.equal(plan.resources, [
    { tag: 'host', val: { interface: 'a:b/c', name: 'r' } },
    { tag: 'guest', val: { instance: 1 } },
    { tag: 'guest', val: { instance: 2 } },
  ]);
});

link('knows a resource by every name that aliases give it', async () => {
  const plan = await linkWat(`(component
    (import "a:b/c" (instance $c (export "r" (type (sub resource)))))
    (alias export $c "r" (type $r))
    (import "a:b/d" (instance $d (alias outer 1 $r (type $r')) (export "r" (type $same (eq $r'))) (export "f" (func (param "r" (own $same))))))
    (core func $f (canon lower (func $d "f")))
    (alias export $d "r" (type $again))
    (core func $drop (canon resource.drop $again))
    (core module $m (import "" "f" (func (param i32))) (import "" "d" (func (param i32))))
    (core instance (instantiate $m (with "" (instance (export "f" (func $f)) (export "d" (func $drop)))))))`);
  assert.is(plan.resources.length, 1);
  assert.ok(plan.types.some((type) => type.tag === 'own' && type.val === 0));
  assert.equal(plan.coreInstances[0]?.imports[1]?.item, { tag: 'resource-drop', val: { instance: 0, resource: 0 } });
});

link('connects composed components inside the plan and leaves the host what is left', async () => {
  const plan = await linkWat(`(component
    (import "a:b/host" (instance $host (export "f" (func))))
    (component $inner
      (import "a:b/host" (instance $h (export "f" (func))))
      (core func $f (canon lower (func $h "f")))
      (core module $m (import "" "f" (func $f)) (func (export "g") (call $f)))
      (core instance $m (instantiate $m (with "" (instance (export "f" (func $f))))))
      (func (export "g") (canon lift (core func $m "g"))))
    (component $outer
      (import "g" (func $g))
      (core func $g (canon lower (func $g)))
      (core module $m (import "" "g" (func $g)) (func (export "h") (call $g)))
      (core instance $m (instantiate $m (with "" (instance (export "g" (func $g))))))
      (func (export "h") (canon lift (core func $m "h"))))
    (instance $inner (instantiate $inner (with "a:b/host" (instance $host))))
    (instance $outer (instantiate $outer (with "g" (func $inner "g"))))
    (export "h" (func $outer "h")))`);
  assert.is(plan.componentInstances, 3);
  assert.equal(
    plan.lowered.map(({ instance, callee }) => ({ instance, callee })),
    [
      { instance: 1, callee: { tag: 'host', val: 0 } },
      { instance: 2, callee: { tag: 'lifted', val: 0 } },
    ],
  );
  assert.equal(plan.exportedFunctions[0]?.callee, { tag: 'lifted', val: 1 });
});

link('reaches types, modules and components of enclosing components', async () => {
  const plan = await linkWat(`(component
    (type $t (list u16))
    (core module $m (func (export "f") (param i32 i32)) (memory (export "m") 1) (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (component $leaf)
    (component $c
      (core instance $i (instantiate $m))
      (instance (instantiate $leaf))
      (func (export "f") (param "x" $t) (canon lift (core func $i "f") (memory (core memory $i "m")) (realloc (core func $i "realloc")))))
    (instance $c (instantiate $c))
    (export "f" (func $c "f")))`);
  assert.is(plan.componentInstances, 3);
  assert.equal(plan.modules.length, 1);
  assert.equal(plan.types[plan.functionTypes[0]?.params[0]?.type ?? -1]?.tag, 'list');
});

link('finds the types of exported functions in whatever order they are exported', async () => {
  const types = ['(param i32)', '(param i64)', '(param f32)', '(param f64)'];
  const order = [5, 0, 3, 2, 4, 1];
  const plan = await linkWat(`(component
    (core module $a ${types.map((type, at) => `(func (export "${at}") ${type})`).join(' ')} (func (export "4")) (func (export "5")))
    (core module $b (import "" "0" (func ${types[0]})) (import "" "3" (func ${types[3]}))
      ${order
        .slice(3)
        .map((at) => `(export "${at}" (func ${at}))`)
        .join(' ')}
      (func ${types[1]}) (func ${types[2]}) (func ${types[3]}) (func ${types[0]}) (export "0" (func 0)) (export "5" (func 5)) (export "3" (func 3)))
    (core module $c (import "" "2" (func ${types[1]})) (import "" "4" (func ${types[3]})) (import "" "1" (func ${types[3]}))
      (import "" "5" (func ${types[0]})) (import "" "3" (func ${types[2]})) (import "" "0" (func ${types[0]})))
    (core instance $a (instantiate $a))
    (core instance $b (instantiate $b (with "" (instance $a))))
    (core instance $c (instantiate $c (with "" (instance $b)))))`);
  assert.is(plan.coreInstances[2]?.imports.length, 6);
});

link('keeps a module once that is instantiated twice', async () => {
  const plan = await linkWat(`(component
    (component $c (core module $m) (core instance (instantiate $m)))
    (instance (instantiate $c)) (instance (instantiate $c)))`);
  assert.is(plan.modules.length, 1);
  assert.is(plan.coreInstances.length, 2);
});

link('is JSON', async () => {
  const plan = await linkWat(
    '(component (import "f" (func $f (param "x" (option u64)) (result (result))))  (export "g" (func $f)))',
  );
  assert.equal(JSON.parse(JSON.stringify(plan)), plan);
});

const unsupported: [what: string, text: string, feature: RegExp][] = [
  ['core modules of the host', '(component (import "m" (core module)))', /import of a core-module/],
  ['components of the host', '(component (import "c" (component)))', /import of a component/],
  ['asynchronous functions', '(component (import "f" (func async)))', /async function type/],
  ['streams', '(component (type (stream u8)))', /type stream/],
  ['futures', '(component (type (future u8)))', /type future/],
  ['built-ins of asynchronous components', '(component (core func (canon task.cancel)))', /canon task.cancel/],
  [
    'asynchronous options',
    '(component (core module $m (func (export "f") (result i32) unreachable)) (core instance $m (instantiate $m)) (func async (canon lift (core func $m "f") async (callback (core func $m "f")))))',
    /async/,
  ],
];
for (const [what, text, feature] of unsupported) {
  link(`says that it does not support ${what}`, async () => {
    try {
      await linkWat(text);
    } catch (error) {
      assert.instance(error, UnsupportedComponentError);
      assert.match((error as UnsupportedComponentError).message, feature);
      return;
    }
    assert.unreachable();
  });
}

/** Sections that the assembler would not write. */
const section = (id: number, ...content: number[]) => [id, ...leb(content.length), ...content];
const leb = (value: number) => [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14];
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const EMPTY_MODULE = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** A module that imports "" "" as a function. */
const IMPORTER = [...EMPTY_MODULE, ...section(1, 1, 0x60, 0, 0), ...section(2, 1, 0, 0, 0, 0)];

const malformed: [what: string, sections: number[][], problem: RegExp][] = [
  ['an index that is not there', [section(11, 1, 0, 1, 0x61, 1, 7, 0)], /no func 7/],
  ['an index into what is defined later', [section(7, 2, 0x70, 1, 0x70, 0x7d)], /no type 1/],
  ['an outer alias that leaves the component', [section(6, 1, 3, 2, 3, 0)], /nothing encloses this 3 levels up/],
  ['an outer alias of a function', [section(6, 1, 1, 2, 0, 0)], /cannot be of the sort func/],
  ['a handle of no resource', [section(7, 2, 0x70, 0x7d, 0x69, 0)], /handle is of a resource type/],
  ['a list of functions', [section(7, 2, 0x40, 0, 1, 0, 0x70, 0)], /type 0 is not a value type/],
  [
    'a core import that nothing is given for',
    [section(1, ...IMPORTER), section(2, 1, 0, 0, 0)],
    /nothing is given for core import/,
  ],
  ['an empty record', [section(7, 1, 0x72, 0)], /record without elements/],
  ['an unknown type', [section(7, 1, 0x10)], /unknown type 16/],
  ['an unknown canon', [section(8, 1, 0x7f)], /unknown canon 127/],
  ['a core module that is none', [section(1, 1, 2, 3), section(2, 1, 0, 0, 0)], /not a core module/],
  [
    'the same export twice',
    [
      section(7, 1, 0x42, 0),
      section(10, 1, 0, 1, 0x69, 5, 0),
      section(11, 2, 0, 1, 0x61, 5, 0, 0, 0, 1, 0x61, 5, 0, 0),
    ],
    /"a" is exported twice/,
  ],
];
for (const [what, sections, problem] of malformed) {
  link(`refuses ${what}`, () => {
    try {
      linkComponent(Uint8Array.from([...PREAMBLE, ...sections.flat()]));
    } catch (error) {
      assert.instance(error, MalformedComponentError);
      assert.match((error as MalformedComponentError).message, problem);
      assert.ok((error as MalformedComponentError).offset >= 8);
      return;
    }
    assert.unreachable();
  });
}

link('refuses a core function of another type than its component function flattens to', async () => {
  // The assembler checks nothing; `f` takes an i64 where u32 flattens to i32.
  try {
    await linkWat(`(component
      (core module $m (func (export "f") (param i64)))
      (core instance $m (instantiate $m))
      (func (export "f") (param "x" u32) (canon lift (core func $m "f"))))`);
  } catch (error) {
    assert.match(String(error), /lifted core function is of type l:, not i:/);
    return;
  }
  assert.unreachable();
});

link('refuses to lift strings without a memory', async () => {
  try {
    await linkWat(`(component
      (core module $m (func (export "f") (param i32 i32)))
      (core instance $m (instantiate $m))
      (func (export "f") (param "x" string) (canon lift (core func $m "f"))))`);
  } catch (error) {
    assert.match(String(error), /canon lift needs a memory/);
    return;
  }
  assert.unreachable();
});

link.run();
