// Damaged core modules: rewriting ends soon, with an error of its own or with a module that is valid where the damaged one is.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkComponent } from '../../../../guest-runtime/link/linker.ts';
import { MalformedComponentError, UnsupportedComponentError } from '../../../../guest-runtime/link/reader.ts';
import { createRandom, fuzzRounds, fuzzSeed } from '../../../../guest-runtime/link/testing/random.ts';
import { UnknownInstructionError } from './instruction.ts';
import { NotRewritableError } from './not-rewritable.ts';
import { rewriteRestorable } from './restorable-module.ts';

const ROUNDS = fuzzRounds(3_000);

const component = readFileSync('fixtures/apps/hello-c/hello.wasm');
const modules = linkComponent(component).modules.map(({ start, end }) => component.subarray(start, end));
const errors = [NotRewritableError, UnknownInstructionError, MalformedComponentError, UnsupportedComponentError];

const fuzz = suite('rewriteRestorable on damaged modules');

for (const [index, module] of modules.entries()) {
  fuzz(`holds for module ${index} of a real component`, () => {
    const random = createRandom(fuzzSeed(0xc0de + index));
    const outcomes = { valid: 0, invalid: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = new Uint8Array(module);
      for (let count = 1 + random(3); count > 0; count--) bytes[8 + random(bytes.length - 8)] = random(256);
      outcomes[rewrite(bytes, `module ${index}, round ${round}`)]++;
    }
    assert.ok(outcomes.valid > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
  });
}

function rewrite(bytes: Uint8Array<ArrayBuffer>, label: string): 'valid' | 'invalid' | 'refused' {
  const isValid = WebAssembly.validate(bytes);
  try {
    const rewritten = rewriteRestorable(bytes);
    if (!isValid) return 'invalid';
    assert.ok(WebAssembly.validate(rewritten.bytes), `${label}: no longer valid`);
    return 'valid';
  } catch (error) {
    if (errors.some((known) => error instanceof known)) return 'refused';
    throw new Error(`${label}: ${String(error)}`, { cause: error });
  }
}

fuzz.run();
