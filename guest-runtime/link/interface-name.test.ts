import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compatibleName, unversionedName } from './interface-name.ts';

const compatible = suite('compatibleName');

for (const [name, expected] of [
  ['wasi:io/poll@0.2.12', 'wasi:io/poll@0.2'],
  ['wasi:io/poll@0.2.0', 'wasi:io/poll@0.2'],
  ['wasi:http/handler@0.3.0', 'wasi:http/handler@0.3'],
  ['fermyon:spin/variables@2.0.0', 'fermyon:spin/variables@2'],
  ['spin:sqlite/sqlite@3.1.0', 'spin:sqlite/sqlite@3'],
  ['a:b/c@0.0.7', 'a:b/c@0.0.7'],
  ['a:b/c@1.2.3+build.5', 'a:b/c@1'],
  ['wasi:http/handler@0.3.0-rc-2026-03-15', 'wasi:http/handler@0.3.0-rc-2026-03-15'],
  ['fermyon:spin/config', 'fermyon:spin/config'],
] as const) {
  compatible(`${name} is served as ${expected}`, () => assert.is(compatibleName(name), expected));
}

compatible.run();

const unversioned = suite('unversionedName');

unversioned('leaves the version out', () => assert.is(unversionedName('wasi:io/poll@0.2.12'), 'wasi:io/poll'));
unversioned('returns a name without a version as it is', () => assert.is(unversionedName('init'), 'init'));

unversioned.run();
