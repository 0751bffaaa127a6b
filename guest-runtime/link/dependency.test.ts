// https://github.com/spinframework/spin/tree/main/crates/compose: which import a dependency satisfies, and with what.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DependencyImports, Inheritance, LinkDependency } from '../../host/gen/runtime.ts';
import { assignDependencies, DependencyError } from './dependency.ts';
import { linkComponent } from './linker.ts';
import { binaryFromWat } from './testing/wat.ts';

const plain = (val: string): DependencyImports => ({ tag: 'plain', val });
const of = (name: string, interfaceName?: string, version?: string): DependencyImports => ({
  tag: 'package',
  val: { package: name, interface: interfaceName, version },
});

const assign = suite('assignDependencies');

const component = new Uint8Array();
const IMPORTS = ['plain', 'a:b/c@1.0.0', 'a:b/c@1.1.0', 'a:b/d', 'a:bb/c@1.0.0'];

const matches: [what: string, wanted: DependencyImports, imports: string[]][] = [
  ['a plain name', plain('plain'), ['plain']],
  ['a whole package', of('a:b'), ['a:b/c@1.0.0', 'a:b/c@1.1.0', 'a:b/d']],
  ['an interface in any version', of('a:b', 'c'), ['a:b/c@1.0.0', 'a:b/c@1.1.0']],
  ['an interface in one version', of('a:b', 'c', '1.1.0'), ['a:b/c@1.1.0']],
  ['a package in one version', of('a:b', undefined, '1.0.0'), ['a:b/c@1.0.0']],
  ['an interface without version', of('a:b', 'd'), ['a:b/d']],
];
for (const [what, imports, expected] of matches) {
  assign(`takes ${what} for what it names`, () => {
    assert.equal(
      [...assignDependencies(IMPORTS, [{ name: 'x', imports, component }])],
      expected.map((name) => [name, 0]),
    );
  });
}

const misses: [what: string, wanted: DependencyImports][] = [
  ['another plain name', plain('plainer')],
  ['a plain name for an interface', plain('c')],
  ['a version that is compatible', of('a:b', 'c', '1.0.1')],
  ['a version where the import has none', of('a:b', 'd', '1.0.0')],
  ['the start of a name', of('a:b', 'c@1')],
];
for (const [what, imports] of misses) {
  assign(`matches nothing with ${what}`, () => {
    assert.throws(
      () => assignDependencies(IMPORTS, [{ name: 'x', imports, component }]),
      (error: unknown) => error instanceof DependencyError && /^dependency "x" satisfies none/.test(error.message),
    );
  });
}

assign('refuses two dependencies for one import', () => {
  const dependencies = [
    { name: 'x', imports: of('a:b'), component },
    { name: 'y', imports: of('a:b', 'd'), component },
  ];
  assert.throws(
    () => assignDependencies(IMPORTS, dependencies),
    /dependency "y" satisfies the import "a:b\/d", which "x" satisfies too/,
  );
});

assign('gives what is left to the first that exports it, where no imports are named', async () => {
  const exporting = (...names: string[]) =>
    binaryFromWat(`(component (instance $i) ${names.map((name) => `(export "${name}" (instance $i))`).join(' ')})`);
  const assigned = assignDependencies(IMPORTS, [
    { name: 'offers', imports: undefined, component: await exporting('a:b/d', 'a:b/c@1.0.0', 'z:z/z') },
    { name: 'named', imports: of('a:b', 'd'), component },
    { name: 'late', imports: undefined, component: await exporting('a:b/c@1.0.0', 'a:b/c@1.1.0') },
    { name: 'useless', imports: undefined, component: await exporting() },
  ]);
  assert.equal(Object.fromEntries(assigned), { 'a:b/d': 1, 'a:b/c@1.0.0': 0, 'a:b/c@1.1.0': 2 });
});

assign.run();

const link = suite('linkComponent with dependencies');

/** Imports `a:b/c@1.0.0` and hands on its `f`. */
const MAIN = `(component
  (import "a:b/c@1.0.0" (instance $i (export "f" (func (param "x" u32) (result u32)))))
  (export "g" (func $i "f")))`;

/** Exports `f` in an instance of that name; it asks the host for `h` of `host:x/y@0.2.0`. */
const exporter = (name: string, type = '(param "x" u32) (result u32)') => `(component
  (import "host:x/y@0.2.0" (instance $host (export "h" (func (param "x" u32) (result u32)))))
  (core func $h (canon lower (func $host "h")))
  (core module $m (import "" "h" (func $h (param i32) (result i32)))
    (func (export "f") (param i32) (result i32) (call $h (local.get 0))))
  (core instance $m (instantiate $m (with "" (instance (export "h" (func $h))))))
  (func $f ${type} (canon lift (core func $m "f")))
  (instance $i (export "f" (func $f)))
  (export "${name}" (instance $i)))`;

const dependencyOf = async (
  text: string,
  more: { readonly export?: string; readonly inherit?: Inheritance } = {},
): Promise<LinkDependency> => ({
  name: 'dep',
  imports: of('a:b'),
  inherit: { tag: 'all' },
  component: await binaryFromWat(text),
  ...more,
});

const NOTHING: Inheritance = { tag: 'some', val: [] };

link('binds the import to the export of its name, and takes the modules of both files', async () => {
  const main = await binaryFromWat(MAIN);
  const plan = linkComponent(main, [await dependencyOf(exporter('a:b/c@1.0.0'))]);
  assert.equal(plan.imports, ['host:x/y@0.2.0']);
  assert.equal(plan.exports, ['g']);
  assert.equal(
    plan.modules.map(({ file }) => file),
    [1],
  );
  assert.equal(plan.exportedFunctions, [{ interface: 'g', name: '', callee: { tag: 'lifted', val: 0 }, type: 0 }]);
  assert.is(plan.componentInstances, 2);
});

link('lets a dependency that inherits call with the grants of the component', async () => {
  const plan = linkComponent(await binaryFromWat(MAIN), [await dependencyOf(exporter('a:b/c@1.0.0'))]);
  assert.equal(plan.hostFunctions, [{ interface: 'host:x/y@0.2.0', name: 'h', type: 0 }]);
});

link('lets a dependency that does not inherit call with its own', async () => {
  const dependency = await dependencyOf(exporter('a:b/c@1.0.0'), { inherit: NOTHING });
  const plan = linkComponent(await binaryFromWat(MAIN), [dependency]);
  assert.equal(plan.hostFunctions, [{ interface: 'host:x/y@0.2.0', name: 'h', type: 0, dependency: 0 }]);
});

link('takes the export that is named for it', async () => {
  const dependency = await dependencyOf(exporter('z:z/z'), { export: 'z:z/z' });
  assert.equal(linkComponent(await binaryFromWat(MAIN), [dependency]).exports, ['g']);
});

link('leaves out a dependency that nothing needs and that is not said to satisfy anything', async () => {
  const dependency = { ...(await dependencyOf(exporter('z:z/z'))), imports: undefined };
  const plan = linkComponent(await binaryFromWat(MAIN), [dependency]);
  assert.equal([plan.imports, plan.modules, plan.componentInstances], [['a:b/c@1.0.0'], [], 1]);
});

/** Both name a resource of the host, in two versions of its interface that are compatible. */
const lending = (version: string) => `(component
  (import "host:io/s@${version}" (instance $s (export "r" (type (sub resource)))))
  (alias export $s "r" (type $r))
  (import "a:b/c@1.0.0" (instance $i
    (alias outer 1 $r (type $r)) (export "r" (type (eq $r)))
    (export "f" (func (param "x" (borrow $r))))))
  (export "g" (func $i "f")))`;
const borrowing = (version: string) => `(component
  (import "host:io/s@${version}" (instance $s (export "r" (type (sub resource)))))
  (alias export $s "r" (type $r))
  (core module $m (func (export "f") (param i32)))
  (core instance $m (instantiate $m))
  (func $f (param "x" (borrow $r)) (canon lift (core func $m "f")))
  (instance $i (export "r" (type $r)) (export "f" (func $f)))
  (export "a:b/c@1.0.0" (instance $i)))`;

link('takes resources of the host in compatible versions for the same', async () => {
  const plan = linkComponent(await binaryFromWat(lending('0.2.3')), [
    await dependencyOf(borrowing('0.2.0'), { inherit: NOTHING }),
  ]);
  assert.is(plan.resources.length, 1);
});

const refused: [what: string, main: string, dependency: string, message: RegExp, fix: RegExp][] = [
  ['without that export', MAIN, exporter('a:b/c@1.0.1'), /exports no "a:b\/c@1\.0\.0"/, /it exports a:b\/c@1\.0\.1:/],
];
for (const [what, main, dependency, message, fix] of refused) {
  link(`refuses a dependency ${what}`, async () => {
    const [bytes, linked] = [await binaryFromWat(main), await dependencyOf(dependency)];
    assert.throws(
      () => linkComponent(bytes, [linked]),
      (error: unknown) => error instanceof DependencyError && message.test(error.message) && fix.test(error.fix ?? ''),
    );
  });
}

const mismatched: [what: string, main: string, dependency: string, message: RegExp][] = [
  [
    'a function of another type',
    MAIN,
    exporter('a:b/c@1.0.0', '(param "x" s32) (result u32)'),
    /^dependency "dep" does not fit the import "a:b\/c@1\.0\.0": "f" of "a:b\/c@1\.0\.0" is of another function type/,
  ],
  [
    'a function whose parameter has another name',
    MAIN,
    exporter('a:b/c@1.0.0', '(param "y" u32) (result u32)'),
    /another function type/,
  ],
  ['no such function', MAIN, '(component (instance $i) (export "a:b/c@1.0.0" (instance $i)))', /"f" of .* is missing/],
  ['a resource of an incompatible version', lending('0.2.3'), borrowing('0.3.0'), /"r" of .* is another type/],
];
for (const [what, main, dependency, message] of mismatched) {
  link(`refuses a dependency with ${what}`, async () => {
    const [bytes, linked] = [await binaryFromWat(main), await dependencyOf(dependency)];
    assert.throws(
      () => linkComponent(bytes, [linked]),
      (error: unknown) => error instanceof DependencyError && error.dependency === 'dep' && message.test(error.message),
    );
  });
}

link('says which dependency is malformed, and where', async () => {
  const dependency = { ...(await dependencyOf('(component)')), component: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) };
  const bytes = await binaryFromWat(MAIN);
  assert.throws(
    () => linkComponent(bytes, [dependency]),
    (error: unknown) =>
      error instanceof DependencyError &&
      /^dependency "dep" cannot be linked: not a component.*byte 0/.test(error.message),
  );
});

link.run();
