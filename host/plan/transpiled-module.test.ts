import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { instantiateTranspiled } from './transpiled-module.ts';

const module = suite('instantiateTranspiled');

const bytes = (text: string) => new TextEncoder().encode(text);

/** A module of jco's shape, whose core module is the shortest there is. */
const text = `"use components";
export function instantiate(getCoreModule, imports, instantiateCore = WebAssembly.instantiate) {
  if (!getCoreModule) getCoreModule = (name) => new URL(name, import.meta.url);
  return getCoreModule('component.core.wasm').then((core) => ({ core, imports }));
}

export const _util = {
  
}
`;
const core = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

module('gives core modules and imports to what it evaluates', async () => {
  const files = new Map([
    ['component.js', bytes(text)],
    ['component.core.wasm', core],
  ]);
  const exports = await instantiateTranspiled(files, 'component.js', { x: 1 });
  assert.instance(exports['core'], WebAssembly.Module);
  assert.equal(exports['imports'], { x: 1 });
});

const broken: [why: string, files: [string, Uint8Array][], problem: RegExp][] = [
  ['a module that is missing', [], /has no file component\.js/],
  ['a core module that is missing', [['component.js', bytes(text)]], /has no file component\.core\.wasm/],
  ['a script of another shape', [['component.js', bytes('const a = 1;')]], /is not a transpiled component/],
  ['a module that imports', [['component.js', bytes(`import 'x';\n${text}`)]], /is not a transpiled component/],
];
for (const [why, files, problem] of broken) {
  module(`refuses ${why}`, async () => {
    const error = await instantiateTranspiled(new Map(files), 'component.js', {}).catch((error: Error) => error);
    assert.match((error as Error).message, problem);
  });
}

module.run();
