import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkImports } from './import-linker.ts';
import { linkComponent } from './linker.ts';
import { UnsupportedComponentError } from './reader.ts';
import { binaryFromWat } from './testing/wat.ts';

const imports = suite('linkImports');

const DECLARED = `(import "a:b/c@1.0.0" (instance $c (export "r" (type $r (sub resource))) (export "f" (func (result (own $r))))))
  (alias export $c "r" (type $r))
  (import "g" (func (param "r" (borrow $r))))`;
const UNSUPPORTED = '(core module (import "a" "m" (memory i64 1)))';

imports('gives all functions that are declared, in a component that cannot be linked', async () => {
  const bytes = await binaryFromWat(`(component ${DECLARED} ${UNSUPPORTED})`);
  assert.throws(
    () => linkComponent(bytes),
    (error: unknown) => error instanceof UnsupportedComponentError,
  );
  const plan = linkImports(bytes);
  assert.equal(plan.imports, ['a:b/c@1.0.0', 'g']);
  assert.equal(plan.hostFunctions, [
    { interface: 'a:b/c@1.0.0', name: 'f', type: 0 },
    { interface: 'g', name: '', type: 1 },
  ]);
  assert.equal(plan.types, [
    { tag: 'own', val: 0 },
    { tag: 'borrow', val: 0 },
  ]);
});

imports('does not take imports for all where more come behind other definitions', async () => {
  const bytes = await binaryFromWat(`(component ${UNSUPPORTED} ${DECLARED})`);
  assert.throws(() => linkImports(bytes), /import behind other definitions/);
});

imports('does not know functions with types that are not supported', async () => {
  const bytes = await binaryFromWat('(component (import "f" (func (param "x" (stream u8)))))');
  assert.throws(() => linkImports(bytes), /type stream is not supported/);
});

imports.run();
