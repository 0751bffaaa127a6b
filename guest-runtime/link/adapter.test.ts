// https://github.com/spinframework/spin/tree/main/crates/componentize: which modules are programs, and which are called.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseAdaptation, isCoreModule, UnadaptableModuleError } from './adapter.ts';
import { MalformedComponentError } from './reader.ts';
import { binaryFromWat } from './testing/wat.ts';

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const COMPONENT = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];
const custom = (name: string, content: number[]): number[] => {
  const body = [...text(name), ...content];
  return [0, body.length, ...body];
};
const processedBy = (tool: string, version: string): number[] =>
  custom('producers', [1, ...text('processed-by'), 1, ...text(tool), ...text(version)]);
/** A world as bindings generators leave it, made by `tool`. */
const world = (tool: string, version: string): number[] =>
  custom('component-type:app', [
    ...COMPONENT,
    ...custom('wit-component-encoding', [4, 0]),
    ...processedBy(tool, version),
  ]);

/** A module that exports functions of these names, with further sections. */
async function moduleWith(names: string[], ...sections: number[][]): Promise<Uint8Array> {
  const exports = names.map((name) => `(func (export "${name}"))`).join(' ');
  return new Uint8Array([...(await binaryFromWat(`(module ${exports})`)), ...sections.flat()]);
}

const adapter = suite('chooseAdaptation');

const chosen: [what: string, names: string[], sections: number[][], adapter: string][] = [
  ['a program', ['_start'], [], 'command'],
  ['a program of a sound compiler', ['_start'], [processedBy('clang', '15.0.7')], 'command'],
  ['a program of a compiler whose version is no version', ['_start'], [processedBy('clang', 'trunk')], 'command'],
  ['a program of another tool', ['_start'], [processedBy('rustc', '1.0.0')], 'command'],
  ['a module with bindings', ['cabi_realloc'], [world('wit-bindgen-rust', '0.24.0')], 'reactor'],
  ['the oldest bindings that need nothing else', [], [world('wit-bindgen-c', '0.5.0')], 'reactor'],
  ['bindings whose version has two parts', [], [world('wit-bindgen-go', '0.16')], 'reactor'],
  ['a program with bindings', ['_start'], [world('wit-bindgen-rust', '0.51.0')], 'reactor'],
  ['a world of another generator', ['_start'], [world('wit-component', '0.200.0')], 'reactor'],
  ['several worlds', [], [world('wit-component', '0.1.0'), world('wit-bindgen-rust', '0.24.0')], 'reactor'],
  ['a world that is written in another way', [], [custom('component-type', [4, 0])], 'reactor'],
];
for (const [what, names, sections, expected] of chosen) {
  adapter(`gives ${what} the ${expected} adapter`, async () => {
    assert.equal(chooseAdaptation(await moduleWith(names, ...sections)), { adapter: expected, spin1: undefined });
  });
}

const refused: [what: string, names: string[], sections: number[][], message: RegExp][] = [
  ['bindings that are too old', [], [world('wit-bindgen-rust', '0.3.0')], /wit-bindgen 0\.3\.0/],
  ['bindings of a future', [], [world('wit-bindgen-rust', '1.0.0')], /wit-bindgen 1\.0\.0/],
  ['a program whose C library corrupts memory', ['_start'], [processedBy('clang', '14.0.6 (x)')], /clang 14\.0\.6/],
  ['a program with an allocator for bindings, and no bindings', ['_start', 'cabi_realloc'], [], /no program/],
  ['a module that nothing is known of', ['main'], [], /no program/],
];
for (const [what, names, sections, message] of refused) {
  adapter(`refuses ${what}`, async () => {
    const module = await moduleWith(names, ...sections);
    assert.throws(
      () => chooseAdaptation(module),
      (error: unknown) => error instanceof UnadaptableModuleError && message.test(error.message) && error.fix !== '',
    );
  });
}

adapter('gives a handler of Spin 1 its names of today', async () => {
  const { adapter, spin1 } = chooseAdaptation(
    await moduleWith(['_start', 'handle-http-request', 'canonical_abi_realloc']),
  );
  assert.equal([adapter, spin1?.world], ['reactor', 'handle-http-request']);
});

adapter('tells at which byte a module ends too early', () => {
  assert.throws(
    () => chooseAdaptation(new Uint8Array([...PREAMBLE, 0, 5])),
    (error: unknown) => error instanceof MalformedComponentError && error.offset === 9,
  );
});

adapter('knows a core module by its preamble', () => {
  assert.ok(isCoreModule(new Uint8Array([...PREAMBLE, 0])));
  assert.not.ok(isCoreModule(new Uint8Array(COMPONENT)));
  assert.not.ok(isCoreModule(new Uint8Array(PREAMBLE.slice(0, 7))));
});

adapter.run();
