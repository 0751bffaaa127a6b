import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readComponentExterns } from './externs.ts';
import { MalformedComponentError } from './reader.ts';
import { binaryFromWat } from './testing/wat.ts';

const externs = suite('readComponentExterns');

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

const component = await binaryFromWat(`(component
  (import "wasi:http/types@0.2.3" (instance (export "fields" (type (sub resource)))))
  (import "plain" (func (param "text" string)))
  (import "module" (core module))
  (import "thing" (type $thing (sub resource)))
  (import "same-thing" (type (eq $thing)))
  (component (import "hidden" (func)))
  (core module $core (func (export "run")))
  (core instance $core (instantiate $core))
  (func $run (canon lift (core func $core "run")))
  (instance $instance (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $instance))
  (export "go" (func $run))
  (export "typed" (func $run) (func)))`);

externs('gives names with versions in their order', () => {
  assert.equal(readComponentExterns(component), {
    imports: ['wasi:http/types@0.2.3', 'plain', 'module', 'thing', 'same-thing'],
    exports: ['wasi:cli/run@0.2.0', 'go', 'typed'],
  });
});

externs('puts a version suffix that stands apart behind its name', () => {
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const element = [2, ...name('a:b/c@1'), ...name('.2.3'), 0x01, 0];
  const bytes = Uint8Array.of(...PREAMBLE, 10, element.length + 1, 1, ...element);
  assert.equal(readComponentExterns(bytes).imports, ['a:b/c@1.2.3']);
});

const malformed: [what: string, bytes: number[], problem: RegExp, offset: number][] = [
  ['nothing', [], /shorter than a preamble/, 0],
  ['text', [...new TextEncoder().encode('spin_manifest_version')], /no WebAssembly magic/, 0],
  ['a core module', [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], /core module/, 4],
  ['another version', [0x00, 0x61, 0x73, 0x6d, 0x0c, 0, 1, 0], /version 12/, 4],
  ['an unknown section', [...PREAMBLE, 13, 0], /unknown section 13/, 8],
  ['a section without a length', [...PREAMBLE, 0], /unexpected end/, 9],
  ['a section longer than the file', [...PREAMBLE, 0, 5, 0], /section of 5 bytes/, 9],
  ['a length of more than 32 bits', [...PREAMBLE, 0, 0xff, 0xff, 0xff, 0xff, 0x1f], /32 bits/, 9],
  ['more elements than bytes', [...PREAMBLE, 10, 1, 100], /vector of 100 elements/, 10],
  ['a name that is cut short', [...PREAMBLE, 10, 3, 1, 0, 9], /name of 9 bytes/, 12],
  ['a name that is not UTF-8', [...PREAMBLE, 10, 6, 1, 0, 1, 0xff, 1, 0], /not UTF-8/, 13],
  ['a kind of name from the future', [...PREAMBLE, 10, 6, 1, 3, 1, 0x61, 1, 0], /kind 3/, 11],
  ['an unknown sort', [...PREAMBLE, 10, 6, 1, 0, 1, 0x61, 6, 0], /unknown sort 6/, 14],
  ['bytes after the last element', [...PREAMBLE, 10, 7, 1, 0, 1, 0x61, 1, 0, 0], /more bytes/, 16],
];
for (const [what, bytes, problem, offset] of malformed) {
  externs(`says where ${what} goes wrong`, () => {
    try {
      readComponentExterns(Uint8Array.from(bytes));
    } catch (error) {
      assert.instance(error, MalformedComponentError);
      assert.match((error as MalformedComponentError).message, problem);
      assert.is((error as MalformedComponentError).offset, offset);
      return;
    }
    assert.unreachable();
  });
}

externs('refuses a component that is cut anywhere, and nothing but with its own error', () => {
  let refused = 0;
  for (let length = 0; length < component.length; length++) {
    try {
      readComponentExterns(component.subarray(0, length));
    } catch (error) {
      assert.instance(error, MalformedComponentError);
      refused++;
    }
  }
  // The cuts that fall between two sections leave a shorter component.
  assert.ok(refused > component.length - 30);
});

externs.run();
